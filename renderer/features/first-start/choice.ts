/** What both ways to begin have in common: only one can be under way. */
export interface ChoiceProps {
  readonly disabled: boolean;
  readonly onBusy: (busy: boolean) => void;
}
