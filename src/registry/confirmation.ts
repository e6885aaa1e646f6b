import type { Refusal } from './refusal.ts';
import type { PromptState } from './store.ts';

/**
 * A protected label moves only for someone who has typed the prompt's id.
 * @param command that would get it, but for the confirmation
 */
export function confirmation(
  {
    state,
    label,
    confirm,
  }: { readonly state: PromptState; readonly label: string; readonly confirm?: string },
  command: string | undefined,
): { readonly ok: boolean; readonly refusal: readonly Refusal[] } {
  if (confirm === state.id) return { ok: true, refusal: [] };
  const wrong = confirm === undefined || confirm === '' ? '' : `, not "${confirm}"`;
  return {
    ok: false,
    refusal: [
      {
        rule: 'protected',
        message: `${label} is protected: confirm with the prompt's id, ${state.id}${wrong}.`,
        ...(command === undefined ? {} : { nextStep: `${command} --confirm ${state.id}` }),
      },
    ],
  };
}
