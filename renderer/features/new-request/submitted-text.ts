/** What became of a submission, for the notification. */
interface Submitted {
  readonly number: number;
  readonly isNew: boolean;
  readonly joined: readonly { readonly number: number }[];
}

/** `Request 12 is submitted. 2 lines were asked for already: you follow requests 9 and 10.` */
export function submittedText({ number, isNew, joined }: Submitted): string {
  const numbers = [...new Set(joined.map((line) => line.number))].toSorted((a, b) => a - b);
  const followed = numbers.length === 1 ? `request ${numbers[0]}` : `requests ${listed(numbers)}`;
  if (!isNew) return `All of this was asked for already: you follow ${followed}.`;
  const submitted = `Request ${number} is submitted.`;
  if (numbers.length === 0) return submitted;
  const lines = joined.length === 1 ? '1 line was' : `${joined.length} lines were`;
  return `${submitted} ${lines} asked for already: you follow ${followed}.`;
}

function listed(numbers: readonly number[]): string {
  return `${numbers.slice(0, -1).join(', ')} and ${numbers.at(-1)}`;
}
