/** What a page asks of the session: permissions, and downloads. */
import { fakeEvent, type FakeContents, type FakeElectron } from '#electron/testing/fake-electron.ts';

export function createSession(fake: FakeElectron['fake'], contents: (window: number) => FakeContents | undefined) {
  return {
    /** Of these permissions those that the shell grants to the top frame of an origin. */
    granted: (origin: string, names: readonly string[]): readonly string[] =>
      names.filter(
        (name) =>
          fake.permissions.check?.(null as never, name as never, origin, {
            isMainFrame: true,
            requestingUrl: `${origin}/index.html`,
          } as never) === true,
      ),
    /** @returns whether the shell lets it be saved. */
    download(window: number): boolean {
      const event = fakeEvent();
      fake.session.emit('will-download', event, {}, contents(window));
      return !event.defaultPrevented;
    },
  };
}
