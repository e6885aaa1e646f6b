import type { CountryCode } from 'libphonenumber-js';

export const piiKinds = ['email', 'phone', 'card', 'iban', 'ssn'] as const;
export type PiiKind = (typeof piiKinds)[number];

export interface PiiFinding {
  readonly kind: PiiKind;
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Finds personal data by its form. Names and addresses have none: they need a model, and are not found. */
export type PiiDetector = (text: string) => readonly PiiFinding[];

const longestLocal = 64;
const longestDomain = 255;

/** @param country of phone numbers that are written without `+` */
export async function piiDetector(country: string): Promise<PiiDetector> {
  const [{ Redactor }, { findPhoneNumbersInText }, { default: validator }] = await Promise.all([
    import('@redactpii/node'),
    import('libphonenumber-js'),
    import('validator'),
  ]);
  const emails = new Redactor({ rules: { EMAIL: true } });

  function* emailsIn(text: string): Generator<PiiFinding> {
    // From each @, no farther than an address reaches: from each letter, a long text without spaces takes minutes.
    for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
      const local = /[\p{L}\p{N}.!#$%&'*+/=?^_{|}~-]+$/u.exec(
        text.slice(Math.max(0, at - longestLocal - 1), at),
      );
      const domain = /^[\p{L}\p{N}.-]+\.\p{L}{2,}/u.exec(text.slice(at + 1, at + 1 + longestDomain));
      const address = `${local?.[0].replace(/^[.'*/]+/, '')}@${domain?.[0]}`;
      if (local && domain && emails.hasPII(address) && validator.isEmail(address)) {
        yield finding('email', at + 1 + domain[0].length - address.length, address);
      }
    }
  }

  /** Digits in groups whose brand and check digit are right. */
  function* cardsIn(text: string): Generator<PiiFinding> {
    for (const match of text.matchAll(/(?<![\d.,-])\d(?:[ -]?\d){12,18}(?![\d]|[.,-]\d)/g)) {
      if (validator.isCreditCard(match[0].replace(/[ -]/g, ''))) yield finding('card', match.index, match[0]);
    }
  }

  function* ibansIn(text: string): Generator<PiiFinding> {
    for (const match of text.matchAll(/\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{1,4}){3,8}/g)) {
      // Words in capitals may follow directly: the longest beginning with the right check digits counts.
      for (let end = match[0].length; end >= 15; end--) {
        const candidate = match[0].slice(0, end);
        if (candidate.endsWith(' ') || !validator.isIBAN(candidate.replaceAll(' ', ''))) continue;
        yield finding('iban', match.index, candidate);
        break;
      }
    }
  }

  /** Numbers that the country's numbering plan knows; without `+` only if written in groups, unlike an order number. */
  function* phonesIn(text: string): Generator<PiiFinding> {
    if (!/\d{3}/.test(text)) return;
    const options = { defaultCountry: country as CountryCode };
    for (const { number, startsAt, endsAt } of findPhoneNumbersInText(text, options)) {
      const written = text.slice(startsAt, endsAt);
      const grouped = written.startsWith('+') || text[startsAt - 1] === '+' || /\d[\s().-]+\d/.test(written);
      if (grouped && number.isValid()) yield finding('phone', startsAt, written);
    }
  }

  return text => {
    const found: PiiFinding[] = [];
    // In this order: what is a card or an account number is no phone number as well.
    for (const search of [emailsIn, ibansIn, cardsIn, ssnsIn, phonesIn]) {
      for (const one of search(text)) {
        if (!found.some(other => one.start < other.end && other.start < one.end)) found.push(one);
      }
    }
    return found.sort((a, b) => a.start - b.start);
  };
}

/** US social security numbers with dashes, leaving out those that are never given. */
function* ssnsIn(text: string): Generator<PiiFinding> {
  for (const match of text.matchAll(/(?<![\d-])(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\d-])/g)) {
    yield finding('ssn', match.index, match[0]);
  }
}

function finding(kind: PiiKind, start: number, text: string): PiiFinding {
  return { kind, start, end: start + text.length, text };
}
