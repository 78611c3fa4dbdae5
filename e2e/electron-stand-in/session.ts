/** What a page asks of the session: permissions, and downloads that are saved. */
import { fakeEvent, FakeEmitter, type FakeContents, type FakeElectron } from '#electron/testing/fake-electron.ts';

export function createSession(fake: FakeElectron['fake'], contents: (window: number) => FakeContents | undefined) {
  const items = new Map<number, FakeEmitter & { path: string }>();
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
    download(window: number, id: number, url: string, name: string): boolean {
      const item = Object.assign(new FakeEmitter(), {
        path: '',
        getURL: () => url,
        getFilename: () => name,
        getSavePath: () => item.path,
        setSaveDialogOptions: () => undefined,
      });
      items.set(id, item);
      const event = fakeEvent();
      fake.session.emit('will-download', event, item, contents(window));
      return !event.defaultPrevented;
    },
    downloaded(id: number, state: 'completed' | 'interrupted' | 'cancelled', path: string): void {
      const item = items.get(id);
      if (item === undefined) return;
      item.path = path;
      item.emit('done', fakeEvent(), state);
    },
  };
}
