/**
 * Preloaded into an engine: a machine that a test puts to sleep. After SIGUSR2 two hours have passed, and of the timers
 * that were set none longer than a second comes round by itself: what fell due is noticed by whoever is told to look.
 */
const { setTimeout: setPlain } = globalThis;
const realNow = Date.now;
const RealDate = Date;
let slept = 0;

process.once('SIGUSR2', () => {
  slept = 2 * 60 * 60_000;
});
RealDate.now = () => realNow() + slept;
globalThis.Date = new Proxy(RealDate, {
  construct: (target, given: readonly unknown[], made) =>
    Reflect.construct(target, given.length === 0 ? [RealDate.now()] : given, made) as Date,
});

function setWhileAwake(callback: (...given: unknown[]) => void, milliseconds = 0, ...given: unknown[]): NodeJS.Timeout {
  return setPlain(() => {
    if (slept === 0 || milliseconds <= 1_000) callback(...given);
  }, milliseconds);
}
// With what Node keeps beside it, for `promisify`.
globalThis.setTimeout = Object.assign(
  setWhileAwake,
  Object.fromEntries(Object.getOwnPropertySymbols(setPlain).map((name) => [name, Reflect.get(setPlain, name)])),
) as typeof setPlain;

export {};
