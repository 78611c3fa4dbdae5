import { describe, expect, it } from 'vitest';
import type { EmployeeId, Person } from '#core/contract/index.ts';
import { clearDraft, loadDraft, saveDraft } from './draft-storage.ts';
import { emptyDraft } from './draft.ts';

const operator: Person = {
  id: '019a0000-0000-7000-8000-000000000001' as EmployeeId,
  fullName: 'Ana',
  workEmail: 'ana@example.com',
  jobTitle: null,
  department: null,
  status: 'active',
};

function memoryStorage(): Storage {
  const entries = new Map<string, string>();
  return {
    get length() {
      return entries.size;
    },
    key: (index) => [...entries.keys()][index] ?? null,
    getItem: (name) => entries.get(name) ?? null,
    setItem: (name, value) => void entries.set(name, value),
    removeItem: (name) => void entries.delete(name),
    clear: () => entries.clear(),
  };
}

describe('the stored draft', () => {
  it('comes back as it was', () => {
    const storage = memoryStorage();
    const draft = { ...emptyDraft(operator), justification: 'quarter end' };
    expect(saveDraft(storage, operator.id, draft)).toBe(true);
    expect(loadDraft(storage, operator.id)).toEqual(draft);
  });

  it('is not handed to somebody else, and is gone then', () => {
    const storage = memoryStorage();
    saveDraft(storage, operator.id, emptyDraft(operator));
    expect(loadDraft(storage, 'other')).toBeNull();
    expect(storage.length).toBe(0);
  });

  it('is dropped when it cannot be read', () => {
    const storage = memoryStorage();
    storage.setItem('gatehouse.new-request.draft', '{"version":1,');
    expect(loadDraft(storage, operator.id)).toBeNull();
    storage.setItem('gatehouse.new-request.draft', '{"version":7}');
    expect(loadDraft(storage, operator.id)).toBeNull();
  });

  it('can be cleared, and says when it cannot be kept', () => {
    const storage = memoryStorage();
    saveDraft(storage, operator.id, emptyDraft(operator));
    clearDraft(storage);
    expect(loadDraft(storage, operator.id)).toBeNull();
    storage.setItem = () => {
      throw new DOMException('full', 'QuotaExceededError');
    };
    expect(saveDraft(storage, operator.id, emptyDraft(operator))).toBe(false);
  });
});
