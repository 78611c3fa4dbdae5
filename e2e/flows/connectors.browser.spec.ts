/** Applications of several kinds, each set up from its form alone: tested, discovered, asked for, and there. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canRunKeyringSession } from '#core/testing/keyring-session.ts';
import { startOpenLdapTestbed } from '#core/testing/openldap-testbed.ts';
import { startRoleTestbed } from '#core/testing/role-testbed.ts';
import { canRunSlapd } from '#core/testing/slapd-server.ts';
import { ApplicationPage } from '../pages/applications.ts';
import { signInAs, switchTo } from '../pages/entrance.ts';
import { NewRequestPage } from '../pages/new-request.ts';
import { RequestPage } from '../pages/requests.ts';
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
