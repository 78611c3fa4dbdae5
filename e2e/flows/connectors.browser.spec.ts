/** Applications of several kinds, each set up from its form alone: tested, discovered, asked for, and there. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { startGithubServer } from '#core/testing/github-server.ts';
import { playServer } from '#core/testing/http-server.ts';
import { jiraAccount, startJiraServer } from '#core/testing/jira-server.ts';
import { canRunKeyringSession } from '#core/testing/keyring-session.ts';
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

const signingSecret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;

test('an organization on GitHub, tickets, a webhook and work by hand are set up and give access from the console', async ({
  console: window,
}) => {
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

  await switchTo(window, 'Bjørn Zhang');
  const wishes = await NewRequestPage.open(window);
  await wishes.add('Chart makers', 'Desk agents', 'North door', 'Boat keys');
  await wishes.because('I take the boats out and chart the sound.');
  const number = await wishes.submit();
  const request = await RequestPage.of(window, number);
  await expect(request.item('Chart makers', 'Bjørn Zhang')).toContainText(/Actual\s*held, read back/);
  expect(github.membersOf(team)).toEqual(['stranger', 'zhang']);
  await expect(request.item('North door', 'Bjørn Zhang')).toContainText(/badge-7.*badge is open/);
  const waiting = request.item('Desk agents', 'Bjørn Zhang');
  await expect(waiting).toContainText('Waits for others');
  await expect(waiting).toContainText(`${jira.baseUrl}/browse/ACCESS-1`);

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
  await work.state('Completed');
  expect([jira.issues.length, github.problems]).toEqual([1, []]);
  await Promise.all([github.close(), jira.close(), hook.close()]);
});

test('a directory, a database and an exchange of files are set up, discovered and given access to from the console', async ({
  console: window,
}) => {
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
  const directory = await ApplicationPage.add(window, {
    name: 'Harbour directory',
    owner: administrator,
    atOnce: true,
  });
  await directory.chooseConnector('LDAP and Active Directory');
  const form = ldap.form() as Readonly<Record<string, string>>;
  await directory.fill({
    Address: form['address']!,
    'Certificate authority': form['certificateAuthority']!,
    'Bind name': form['bindDn']!,
    'Bind password': 'not the password',
    'Base DN of accounts': form['accountsBase']!,
    'Base DN of groups': form['groupsBase']!,
  });
  await expect(await directory.test()).toContainText('1 check failed.');
  await directory.fill({ 'Bind password': ldap.server.service.password });
  await expect(await directory.test()).toContainText('The connection works.');
  await directory.saveConnection();
  await directory.connectionIs('Working');
  await directory.discover();
  await expect(await directory.tab('Entitlements')).toContainText('Night watch');
  // Nobody knows whose account it is; that is found, and proposed to be mended.
  const findings = await directory.tab('Findings');
  await expect(findings).toContainText('carol');

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
  await wishes.add('Night watch', 'ledger_readers', 'Payroll clerk');
  await wishes.because('I keep the light and the books.');
  const number = await wishes.submit();
  const request = await RequestPage.of(window, number);
  await expect.poll(() => ldap.admin.texts(watch.dn, 'member')).toContain(`uid=bjorn.zhang,${ldap.people()}`);
  await expect.poll(() => postgres.membersOf('ledger_readers')).toEqual(['bjorn.zhang@alderbrook.example']);
  const changes = join(folder, 'changes');
  await expect.poll(() => readdirSync(changes)).toHaveLength(1);
  expect(readFileSync(join(changes, readdirSync(changes)[0]!), 'utf8')).toContain(
    'bjorn.zhang@alderbrook.example,Payroll clerk',
  );
  await request.state('Being delivered');

  // The application has read the change, and says so in its next export.
  exportInto(
    folder,
    -60,
    'carol,carol@elsewhere.example,Carol Stranger,yes,Payroll clerk',
    'bjorn.zhang@alderbrook.example,bjorn.zhang@alderbrook.example,Bjørn Zhang,yes,Payroll clerk',
  );
  await switchTo(window, administrator);
  await (await ApplicationPage.open(window, 'Payroll by file')).discover();
  await (await RequestPage.find(window, number)).state('Completed');
  await Promise.all([ldap.close(), postgres.close()]);
  rmSync(folder, { recursive: true });
});
