/** Applications of several kinds, each set up from its form alone: tested, discovered, asked for, and there. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { startGithubServer } from '#core/testing/github-server.ts';
import { playServer } from '#core/testing/http-server.ts';
import { jiraAccount, startJiraServer } from '#core/testing/jira-server.ts';
import { canRunKeyringSession, runInKeyringSession } from '#core/testing/keyring-session.ts';
import { acceptsLogin } from '#core/testing/ldap-testbed.ts';
import { startOpenLdapTestbed } from '#core/testing/openldap-testbed.ts';
import { startRoleTestbed } from '#core/testing/role-testbed.ts';
import { canRunSlapd } from '#core/testing/slapd-server.ts';
import { ApplicationPage } from '../pages/applications.ts';
import { DirectoryPage } from '../pages/directory.ts';
import { signInAs, switchTo } from '../pages/entrance.ts';
import { NewRequestPage } from '../pages/new-request.ts';
import { RequestPage } from '../pages/requests.ts';
import { download } from '../pages/shell.ts';
import { expect, test } from '../support/gatehouse.ts';

const administrator = 'Daniel Castillo';

test.skip(!canRunKeyringSession() || !canRunSlapd(), 'dbus, gnome-keyring or slapd are not on this machine');
test.use({ keyring: true });

/** An export of an application, as it was left some time ago. */
function exportInto(folder: string, secondsAgo: number, ...rows: readonly string[]): void {
  const file = join(folder, 'export.csv');
  writeFileSync(file, ['account,email,name,active,entitlement', ...rows, ''].join('\n'));
  const at = Date.now() / 1000 - secondsAgo;
  utimesSync(file, at, at);
}

/** What `npm run handover` shows on a terminal, which `script` plays. */
async function handOver(home: string, name: string): Promise<string> {
  const command = `${process.execPath} core/cli/handover.ts ${name}`;
  const play = `require('node:child_process').spawnSync('script', ['-qec', ${JSON.stringify(command)}, '/dev/null'], { stdio: 'inherit' })`;
  const { stdout } = await runInKeyringSession(['-e', play], { home });
  return stdout;
}

const signingSecret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;

test('applications of every kind are set up, tested, discovered and given access to from the console', async ({
  console: window,
  folder: home,
}) => {
  test.setTimeout(300_000);
  const [github, jira] = await Promise.all([startGithubServer(), startJiraServer()]);
  // It believes what the reference implementation of Standard Webhooks believes.
  const hook = await playServer(({ body, headers }) => {
    const sent = new Webhook(signingSecret).verify(body, headers as Record<string, string>) as { key?: string };
    return {
      status: 200,
      body: sent.key === undefined ? {} : { reference: 'badge-7', note: 'badge is open', by: 'ops' },
    };
  });
  github.addMember('zhang', { nameId: 'bjorn.zhang@alderbrook.example' });
  github.addMember('stranger', { nameId: 'stranger@elsewhere.example' });
  const team = github.addTeam('Chart makers', ['stranger']);

  const [ldap, postgres] = await Promise.all([startOpenLdapTestbed(), startRoleTestbed()]);
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-exchange-'));
  await ldap.newTree();
  const carol = await ldap.admin.add(`uid=carol,${ldap.people()}`, {
    objectClass: 'inetOrgPerson',
    cn: 'Carol Stranger',
    sn: 'Stranger',
    mail: 'carol@elsewhere.example',
  });
  await ldap.group('Lighthouse keepers', [carol]);
  const watch = await ldap.group('Night watch');
  await postgres.createGroup('ledger_readers');
  writeFileSync(join(folder, 'gatehouse-exchange.txt'), '');
  exportInto(folder, 60, 'carol,carol@elsewhere.example,Carol Stranger,yes,Payroll clerk');

  await signInAs(window, administrator);
  const charts = await ApplicationPage.add(window, { name: 'Chart room', owner: administrator, atOnce: true });
  await charts.chooseConnector('GitHub');
  await charts.fill({ 'API address': github.baseUrl, Organization: 'example-inc', Token: 'not the token' });
  await expect(await charts.test()).toContainText('1 check failed.');
  await charts.fill({ Token: github.token });
  await expect(await charts.test()).toContainText('2 e-mails of members are known.');
  await charts.saveConnection();
  await charts.discover();
  await expect(await charts.tab('Entitlements')).toContainText('Chart makers');
  await expect(await charts.tab('Findings')).toContainText('stranger belongs to nobody who works here');

  const desk = await ApplicationPage.add(window, { name: 'Service desk', owner: administrator, atOnce: true });
  await desk.chooseConnector('Ticket');
  await desk.fill({
    Address: jira.baseUrl,
    'Project or table': 'ACCESS',
    'User name': jiraAccount.username,
    'Password or API token': jiraAccount.password,
  });
  await expect(await desk.test()).toContainText('No ticket was opened. One would begin like this:');
  await desk.saveConnection();
  await desk.connectionIs('Working');
  await expect(await desk.tab('Entitlements')).toContainText('Import a file in the directory instead.');

  const doors = await ApplicationPage.add(window, { name: 'Door badges', owner: administrator, atOnce: true });
  await doors.chooseConnector('Webhook');
  await doors.fill({ Address: `${hook.baseUrl}/badges`, 'Signing secret': 'a word' });
  await expect(await doors.test()).toContainText('The signing secret is not whsec_');
  await doors.fill({ 'Signing secret': signingSecret });
  await expect(await doors.test()).toContainText('The connection works.');
  await doors.saveConnection();
  await doors.connectionIs('Working');

  const keys = await ApplicationPage.add(window, {
    name: 'Key cabinet',
    owner: administrator,
    byHand: true,
    atOnce: true,
  });
  await keys.instruct('Write a line into the book, and leave a copy of it.');

  const directory = await DirectoryPage.open(window);
  const imported = await directory.import({
    holds: 'Entitlements',
    fileName: 'entitlements.csv',
    text: [
      'application,entitlement_id,name,kind',
      'Service desk,agent,Desk agents,role',
      'Door badges,north,North door,door',
      'Key cabinet,boats,Boat keys,key',
      '',
    ].join('\n'),
  });
  await imported.says('Imported 3 rows.', { Created: 3 });
  await imported.close();

  const harbour = await ApplicationPage.add(window, {
    name: 'Harbour directory',
    owner: administrator,
    atOnce: true,
  });
  await harbour.chooseConnector('LDAP and Active Directory');
  const form = ldap.form() as Readonly<Record<string, string>>;
  await harbour.fill({
    Address: form['address']!,
    'Certificate authority': form['certificateAuthority']!,
    'Bind name': form['bindDn']!,
    'Bind password': 'not the password',
    'Base DN of accounts': form['accountsBase']!,
    'Base DN of groups': form['groupsBase']!,
  });
  await expect(await harbour.test()).toContainText('1 check failed.');
  await harbour.fill({ 'Bind password': ldap.server.service.password });
  await expect(await harbour.test()).toContainText('The connection works.');
  await harbour.saveConnection();
  await harbour.connectionIs('Working');
  await harbour.discover();
  await expect(await harbour.tab('Entitlements')).toContainText('Night watch');
  // Nobody knows whose account it is; that is found, and proposed to be mended.
  await expect(await harbour.tab('Findings')).toContainText('carol');

  const database = await ApplicationPage.add(window, { name: 'Ledger database', owner: administrator, atOnce: true });
  await database.chooseConnector('PostgreSQL');
  await database.fill({
    Address: String(postgres.configuration['address']),
    Role: 'gatehouse',
    Password: postgres.secrets['password']!,
  });
  await database.choose('Encryption', 'None (this machine alone)');
  await expect(await database.test()).toContainText('The connection works.');
  await database.saveConnection();
  await database.discover();
  await expect(await database.tab('Entitlements')).toContainText('ledger_readers');

  const payroll = await ApplicationPage.add(window, { name: 'Payroll by file', owner: administrator, atOnce: true });
  await payroll.chooseConnector('CSV exchange');
  await payroll.fill({ Folder: folder });
  await expect(await payroll.test()).toContainText('The connection works.');
  await payroll.saveConnection();
  await payroll.discover();
  await expect(await payroll.tab('Accounts')).toContainText('carol');

  await switchTo(window, 'Bjørn Zhang');
  const wishes = await NewRequestPage.open(window);
  await wishes.add('Chart makers', 'Desk agents', 'North door', 'Boat keys');
  await wishes.add('Night watch', 'ledger_readers', 'Payroll clerk');
  await wishes.because('I take the boats out, keep the light and chart the sound.');
  const number = await wishes.submit();
  const request = await RequestPage.of(window, number);
  await expect(request.item('Chart makers', 'Bjørn Zhang')).toContainText(/Actual\s*held, read back/);
  expect(github.membersOf(team)).toEqual(['stranger', 'zhang']);
  await expect(request.item('North door', 'Bjørn Zhang')).toContainText(/badge-7.*badge is open/);
  const waiting = request.item('Desk agents', 'Bjørn Zhang');
  await expect(waiting).toContainText('Waits for others');
  await expect(waiting).toContainText(`${jira.baseUrl}/browse/ACCESS-1`);

  await expect.poll(() => ldap.admin.texts(watch.dn, 'member')).toContain(`uid=bjorn.zhang,${ldap.people()}`);
  await expect.poll(() => postgres.membersOf('ledger_readers')).toEqual(['bjorn.zhang@alderbrook.example']);
  const changes = join(folder, 'changes');
  await expect.poll(() => readdirSync(changes)).toHaveLength(1);
  expect(readFileSync(join(changes, readdirSync(changes)[0]!), 'utf8')).toContain(
    'bjorn.zhang@alderbrook.example,Payroll clerk',
  );
  await request.state('Being delivered');

  await switchTo(window, administrator);
  const work = await RequestPage.find(window, number);
  const boats = work.item('Boat keys', 'Bjørn Zhang');
  await expect(boats).toContainText('Write a line into the book, and leave a copy of it.');
  await work.completeByHand(boats, 'Line 12 of the book.', 'done', {
    name: 'line-12.txt',
    mimeType: 'text/plain',
    buffer: Buffer.from('12. Bjørn Zhang, the keys of both boats\n'),
  });
  await expect(work.trail.last()).toContainText('line-12.txt');
  const saved = await download(window, boats.getByRole('button', { name: 'line-12.txt' }));
  expect(readFileSync(saved.path, 'utf8')).toBe('12. Bjørn Zhang, the keys of both boats\n');

  // Whoever is told that a ticket is resolved need not wait for the next look at it.
  jira.move('ACCESS-1', { name: 'Done', category: 'done' }, 'Done');
  await work.item('Desk agents', 'Bjørn Zhang').getByRole('button', { name: 'Send again' }).click();

  // The application has read the change, and says so in its next export.
  exportInto(
    folder,
    -60,
    'carol,carol@elsewhere.example,Carol Stranger,yes,Payroll clerk',
    'bjorn.zhang@alderbrook.example,bjorn.zhang@alderbrook.example,Bjørn Zhang,yes,Payroll clerk',
  );
  await (await ApplicationPage.open(window, 'Payroll by file')).discover();
  const delivered = await RequestPage.find(window, number);
  await delivered.state('Completed');
  expect([jira.issues.length, github.problems]).toEqual([1, []]);

  // The first password of the account that was made is handed over once, from the keychain of this machine.
  const evidence = await delivered.item('Night watch', 'Bjørn Zhang').textContent();
  const [name = ''] = /initial-password:[0-9a-f-]{36}/.exec(evidence ?? '') ?? [];
  const handed = await handOver(join(home, 'home'), name);
  const login = { dn: `uid=bjorn.zhang,${ldap.people()}`, password: handed.trim() };
  const url = `ldap://${ldap.server.host}:${ldap.server.port}`;
  expect(await acceptsLogin({ url, certificateAuthority: null, login })).toBe(true);
  expect(await handOver(join(home, 'home'), name)).toContain('it was handed over already');

  await Promise.all([github, jira, hook, ldap, postgres].map((server) => server.close()));
  rmSync(folder, { recursive: true });
});
