/** Which models a provider is known to have, from the bundled table of prices. */
export interface ModelNames {
  has(model: string): boolean;
  all: readonly string[];
}

/** Names of OpenAI's models, versions with a date and fine-tuned ones included. */
export async function openAiModelNames(): Promise<ModelNames> {
  const { calcPrice, findProvider } = await import('@pydantic/genai-prices');
  const models = findProvider({ providerId: 'openai' })?.models ?? [];
  return {
    all: models.map(({ id }) => id),
    has: model => {
      try {
        return calcPrice({}, model, { providerId: 'openai' }) !== null;
      } catch {
        // The table knows the model, but has no price for no tokens.
        return true;
      }
    },
  };
}
