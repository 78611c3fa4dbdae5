/**
 * Preloaded with `node --import`: the clock of one process as a test sets it. GATEHOUSE_TEST_CLOCK_AHEAD
 * moves it by milliseconds; GATEHOUSE_TEST_CLOCK_HELD_AT stops it at an instant (epoch milliseconds) until
 * SIGUSR2 lets it go on, from there or from GATEHOUSE_TEST_CLOCK_GOES_ON_AT.
 */
const RealDate = Date;
const realNow = Date.now;
const ahead = Number(process.env.GATEHOUSE_TEST_CLOCK_AHEAD ?? 0);
const heldAt = process.env.GATEHOUSE_TEST_CLOCK_HELD_AT;

let now = () => realNow() + ahead;
if (heldAt !== undefined) {
  now = () => Number(heldAt);
  process.once('SIGUSR2', () => {
    const released = realNow();
    now = () => Number(process.env.GATEHOUSE_TEST_CLOCK_GOES_ON_AT ?? heldAt) + realNow() - released;
  });
}

RealDate.now = () => now();
globalThis.Date = new Proxy(RealDate, {
  apply: () => new RealDate(now()).toString(),
  construct: (target, given, newTarget) => Reflect.construct(target, given.length === 0 ? [now()] : given, newTarget),
});
