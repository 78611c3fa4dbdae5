/** The sample organisation: the same people, applications and entitlements every time it is made. */
import { readFileSync } from 'node:fs';
import type { FulfillmentOption, RiskLevel } from '#core/domain/directory.ts';
import type { ReviewerKind, ReviewSettings } from '#core/domain/review-settings.ts';
import { resourcePath } from '#core/resources.ts';

export interface SamplePerson {
  readonly workEmail: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly fullName: string;
  readonly department: string;
  readonly jobTitle: string;
  readonly managerEmail: string | null;
  readonly startDate: string;
  readonly sourceUserId: string;
}

export interface SampleEntitlement {
  readonly name: string;
  readonly kind: string;
  readonly description: string;
  readonly risk: RiskLevel;
  readonly maximumDurationMinutes: number | null;
  /** Work e-mails of those who hold it at the beginning. */
  readonly holders: readonly string[];
}

export interface SampleApplication {
  readonly name: string;
  readonly description: string;
  readonly ownerEmail: string;
  readonly secondaryOwnerEmails: readonly string[];
  readonly fulfillment: FulfillmentOption;
  readonly reviewSettings: ReviewSettings;
  readonly entitlements: readonly SampleEntitlement[];
}

export interface SampleOrganisation {
  readonly name: string;
  readonly people: readonly SamplePerson[];
  readonly administrators: readonly string[];
  readonly riskManagers: readonly string[];
  readonly applications: readonly SampleApplication[];
}

interface Source {
  readonly name: string;
  readonly domain: string;
  readonly chief: { readonly title: string; readonly department: string };
  readonly departments: readonly {
    readonly name: string;
    readonly people: number;
    readonly head: string;
    readonly lead: string;
    readonly titles: readonly string[];
  }[];
  readonly firstNames: readonly string[];
  readonly lastNames: readonly string[];
  readonly applications: readonly {
    readonly name: string;
    readonly description: string;
    readonly ownerTitle: string;
    readonly secondaryOwnerTitle?: string;
    readonly fulfillment: FulfillmentOption;
    readonly approval: ReviewSettings['approval'];
    readonly reviewers: readonly ReviewerKind[];
    readonly entitlements: readonly {
      readonly name: string;
      readonly kind: string;
      readonly description: string;
      readonly risk: RiskLevel;
      readonly maximumDays?: number;
      readonly departments: readonly string[];
      readonly share: number;
    }[];
  }[];
}

/** People in a team under one lead. */
const teamSize = 8;

export function readSampleOrganisation(): SampleOrganisation {
  const source = JSON.parse(readFileSync(resourcePath('sample-organisation', 'organisation.json'), 'utf8')) as Source;
  const people = makePeople(source);
  const withTitle = (title: string) =>
    people.filter((person) => person.jobTitle === title).map((person) => person.workEmail);
  return {
    name: source.name,
    people,
    administrators: [...withTitle('Head of IT'), ...withTitle('IT Administrator').slice(0, 2)],
    riskManagers: withTitle('Risk Manager'),
    applications: source.applications.map((application) => ({
      name: application.name,
      description: application.description,
      ownerEmail: withTitle(application.ownerTitle)[0] ?? '',
      secondaryOwnerEmails:
        application.secondaryOwnerTitle === undefined ? [] : withTitle(application.secondaryOwnerTitle).slice(0, 1),
      fulfillment: application.fulfillment,
      reviewSettings: { approval: application.approval, reviewers: application.reviewers },
      entitlements: application.entitlements.map((entitlement) => {
        const eligible = people.filter((person) => entitlement.departments.includes(person.department));
        const step = entitlement.share === 0 ? Number.POSITIVE_INFINITY : 1 / entitlement.share;
        return {
          name: entitlement.name,
          kind: entitlement.kind,
          description: entitlement.description,
          risk: entitlement.risk,
          maximumDurationMinutes: entitlement.maximumDays === undefined ? null : entitlement.maximumDays * 1440,
          holders: eligible.filter((_, index) => index % step < 1).map((person) => person.workEmail),
        };
      }),
    })),
  };
}

function makePeople(source: Source): readonly SamplePerson[] {
  const people: SamplePerson[] = [];
  const person = (department: string, jobTitle: string, managerEmail: string | null): SamplePerson => {
    const number = people.length;
    const firstName = source.firstNames[(number * 7) % source.firstNames.length] ?? '';
    // The two lists have lengths without a common divisor with their steps, so pairs do not repeat soon.
    const lastName =
      source.lastNames[(number * 11 + Math.floor(number / source.firstNames.length)) % source.lastNames.length] ?? '';
    const made: SamplePerson = {
      workEmail: `${address(firstName)}.${address(lastName)}@${source.domain}`,
      firstName,
      lastName,
      fullName: `${firstName} ${lastName}`,
      department,
      jobTitle,
      managerEmail,
      startDate: `${2015 + (number % 11)}-${String((number % 12) + 1).padStart(2, '0')}-${String((number % 27) + 1).padStart(2, '0')}`,
      sourceUserId: `E${String(1000 + number)}`,
    };
    people.push(made);
    return made;
  };
  const chief = person(source.chief.department, source.chief.title, null);
  for (const department of source.departments) {
    const head = person(department.name, department.head, chief.workEmail);
    let lead = head;
    for (let index = 0; index < department.people - 1; index += 1) {
      if (index % teamSize === 0) {
        lead = person(department.name, department.lead, head.workEmail);
        continue;
      }
      person(department.name, department.titles[index % department.titles.length] ?? department.lead, lead.workEmail);
    }
  }
  return people;
}

const spelledOut: Readonly<Record<string, string>> = { ø: 'o', ł: 'l', æ: 'ae', ß: 'ss' };

/** A name as it stands in an e-mail address: without accents, apostrophes and capitals. */
function address(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[øłæß]/g, (letter) => spelledOut[letter] ?? letter)
    .normalize('NFD')
    .replaceAll(/[^a-z]/g, '');
}
