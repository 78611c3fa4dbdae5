/** An application's settings between the form and the contract. */
import type { ApplicationDetail, ApplicationSettings, Person } from '#core/contract/index.ts';
import {
  newReview,
  routeFormProblem,
  toReviewForm,
  toReviewSettings,
  type ReviewForm,
} from '#renderer/ui/review-form.ts';

export interface SettingsForm {
  readonly name: string;
  readonly description: string;
  readonly primaryOwner: Person | null;
  readonly secondaryOwners: readonly Person[];
  readonly fulfillment: ApplicationSettings['fulfillment'];
  readonly approval: 'review' | 'auto';
  readonly review: ReviewForm;
}

/** Reviewed by the manager, then the owner: the safe start for an application nobody has set up yet. */
export const newSettings: SettingsForm = {
  name: '',
  description: '',
  primaryOwner: null,
  secondaryOwners: [],
  fulfillment: 'connector',
  approval: 'review',
  review: newReview,
};

export function toSettingsForm(application: ApplicationDetail): SettingsForm {
  return {
    name: application.name,
    description: application.description ?? '',
    primaryOwner: application.primaryOwner,
    secondaryOwners: application.secondaryOwners,
    fulfillment: application.fulfillment,
    approval: application.reviewSettings.approval,
    review: toReviewForm(
      application.reviewSettings,
      (id) => application.designatedPersons.find((person) => person.id === id)?.fullName ?? id,
    ),
  };
}

export function toSettings(form: SettingsForm): ApplicationSettings {
  const primaryOwnerId = form.primaryOwner?.id ?? null;
  const description = form.description.trim();
  return {
    name: form.name.trim(),
    description: description === '' ? null : description,
    primaryOwnerId,
    // The primary owner is an owner already; naming a person twice would make them two reviewers.
    secondaryOwnerIds: form.secondaryOwners.map((person) => person.id).filter((id) => id !== primaryOwnerId),
    fulfillment: form.fulfillment,
    reviewSettings: toReviewSettings(form.review, form.approval),
  };
}

/** What keeps the settings from being saved, by field. */
export function settingsProblems(form: SettingsForm): Partial<Record<keyof SettingsForm, string>> {
  const problems: Partial<Record<keyof SettingsForm, string>> = {};
  const name = form.name.trim();
  if (name === '') problems.name = 'Give the application a name.';
  else if (name.length > 120) problems.name = 'Use at most 120 characters.';
  if (form.description.trim().length > 1000) problems.description = 'Use at most 1,000 characters.';
  const review = routeFormProblem(form.review);
  if (review !== null) problems.review = review;
  return problems;
}
