/** The risk of an entitlement. */
import type { RiskLevel } from '#core/contract/index.ts';
import { ToneBadge } from './state-badge.tsx';
import type { Tone } from './states.ts';

const words: Readonly<Record<RiskLevel, { readonly label: string; readonly tone: Tone }>> = {
  low: { label: 'Low risk', tone: 'neutral' },
  medium: { label: 'Medium risk', tone: 'waiting' },
  high: { label: 'High risk', tone: 'bad' },
};

export function RiskBadge({ risk }: { readonly risk: RiskLevel }) {
  return (
    <ToneBadge tone={words[risk].tone} withDot={false}>
      {words[risk].label}
    </ToneBadge>
  );
}
