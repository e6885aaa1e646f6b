import type { SampleFile } from './sample.ts';

const ana = 'Ana Ruiz <ana.ruiz@northwind.example>';
const ben = 'Ben Okafor <ben.okafor@northwind.example>';
const mei = 'Mei Tanaka <mei.tanaka@northwind.example>';

interface StepBase {
  readonly at: string;
  readonly by: string;
  readonly id: string;
  readonly version: string;
  readonly message: string;
}
export type Step =
  | (StepBase & {
      readonly kind: 'publish';
      readonly path: string;
      readonly text: string;
      readonly override?: string;
    })
  | (StepBase & { readonly kind: 'promote' | 'rollback'; readonly label: string });

/** A published version, told backwards: what its text had instead of the one after it. */
interface Past {
  readonly version: string;
  readonly at: string;
  readonly by: string;
  readonly message: string;
  readonly override?: string;
  /** [in the newer text, in this version]. */
  readonly undo: readonly (readonly [string, string])[];
}

/** Newest first. */
const published: Readonly<Record<string, readonly Past[]>> = {
  'support/refund': [
    {
      version: '2.4.0',
      at: '2026-11-17T09:12:00Z',
      by: mei,
      message: 'Answer a little more freely; 400 tokens are enough',
      undo: [
        ['      - Greet {{customr}} by name', '      - Greet {{customer}} by name'],
        [
          'Decide nothing about money yourself. A colleague checks every refund.',
          'Never promise a refund. A colleague checks every one.',
        ],
        ['      - At most four sentences, no bullet points.', '      - At most four sentences.'],
      ],
    },
    {
      version: '2.3.1',
      at: '2026-11-03T14:40:00Z',
      by: ana,
      message: 'Say when the customer hears from us',
      undo: [['  temperature: 0.2\n  maxTokens: 400', '  temperature: 0\n  maxTokens: 600']],
    },
    {
      version: '2.3.0',
      at: '2026-10-20T08:05:00Z',
      by: ana,
      message: 'Move to the small model: same rows pass at a fifth of the cost',
      undo: [['Say what happens next and when the customer will hear from us.', 'Say what happens next.']],
    },
    {
      version: '2.2.0',
      at: '2026-09-29T12:30:00Z',
      by: ben,
      message: 'Take earlier messages of the conversation',
      undo: [['model: fast', 'model: careful']],
    },
    {
      version: '2.1.0',
      at: '2026-09-14T10:00:00Z',
      by: ana,
      message: 'A formal tone for those who ask for it',
      undo: [
        [
          '  history:\n    type: messages\n    description: Earlier messages of this conversation\n    required: false\n',
          '',
        ],
        ['  - placeholder: history\n', ''],
      ],
    },
    {
      version: '2.0.0',
      at: '2026-08-31T16:20:00Z',
      by: ana,
      message: 'Callers give the state of the order, so that the model need not guess',
      undo: [
        [
          '  tone:\n    type: string\n    description: How formal the answer should sound\n    enum: [warm, formal]\n    default: warm\n',
          '',
        ],
        ['Greet {{customer}} by name and keep a {{tone}} tone.', 'Greet {{customer}} by name.'],
        ['    tone: formal\n', ''],
      ],
    },
    {
      version: '1.0.0',
      at: '2026-08-12T09:00:00Z',
      by: ana,
      message: 'First version, moved out of the code of the shop',
      undo: [
        [
          '  customer:\n    type: string\n    description: First name of the customer\n    example: Amara\n',
          '',
        ],
        ['      - Greet {{customer}} by name.\n', ''],
        [
          '  order_status:\n    type: string\n    description: Where the order is right now\n    enum: [processing, shipped, delivered, returned]\n    default: processing\n',
          '',
        ],
        ['      - The order is currently "{{order_status}}". Do not guess anything else about it.\n', ''],
        ['datasets:\n  - refund-golden.jsonl\n', ''],
      ],
    },
  ],
  'support/escalation': [
    {
      version: '1.2.0',
      at: '2026-10-12T11:15:00Z',
      by: ben,
      message: 'The careful model: fast confused logistics and billing',
      undo: [
        [
          '  - id: data-deletion\n    conversation: "Customer: I request the deletion of all my personal data under the GDPR."\n    expected: legal\n',
          '',
        ],
      ],
    },
    {
      version: '1.1.0',
      at: '2026-09-22T15:50:00Z',
      by: ben,
      message: 'Enterprise customers never wait',
      undo: [['model: careful', 'model: fast']],
    },
    {
      version: '1.0.0',
      at: '2026-09-08T09:30:00Z',
      by: ben,
      message: 'First version, replaces the keyword rules of the help desk',
      undo: [
        [
          "  plan:\n    type: string\n    description: The customer's support plan\n    enum: [free, business, enterprise]\n    default: free\n",
          '',
        ],
        [
          '      Customers on the enterprise plan are never "no hurry". This customer\'s plan: {{plan}}.\n',
          '',
        ],
      ],
    },
  ],
  'billing/invoice-summary': [
    {
      version: '3.0.0',
      at: '2026-10-27T13:00:00Z',
      by: mei,
      message: 'Callers give the due date, formatted for the reader',
      undo: [],
    },
    {
      version: '2.0.0',
      at: '2026-10-06T09:45:00Z',
      by: mei,
      message: 'Callers give the total; the model added up wrongly once',
      undo: [
        ['  due:\n    type: string\n    description: Due date, already formatted for the reader\n', ''],
        ['      Due: {{due}}\n', ''],
        ['Name the total and the due date exactly as given.', 'Name the total exactly as given.'],
      ],
    },
    {
      version: '1.0.0',
      at: '2026-09-17T10:10:00Z',
      by: mei,
      message: 'First version',
      undo: [
        ['  total:\n    type: string\n    example: 149.90 EUR\n', ''],
        ['      Total: {{total}}\n', ''],
        [
          'Name the total exactly as given. Never add up numbers yourself.',
          'Add up the lines and name the total.',
        ],
      ],
    },
  ],
  'billing/payment-reminder': [
    {
      version: '1.1.0',
      at: '2026-11-10T08:30:00Z',
      by: mei,
      message: 'Say so when it is the last reminder',
      undo: [],
    },
    {
      version: '1.0.0',
      at: '2026-10-15T08:30:00Z',
      by: mei,
      message: 'First version',
      undo: [
        [
          '  last_reminder: { type: boolean, description: Whether the next step is a collection agency, default: false }\n',
          '',
        ],
        [
          '      {{#last_reminder}}\n      Say clearly, without threats, that this is the last reminder before a partner takes over.\n      {{/last_reminder}}\n',
          '',
        ],
        [
          '      {{^last_reminder}}\n      Assume that the customer simply forgot.\n      {{/last_reminder}}\n',
          '      Assume that the customer simply forgot.\n',
        ],
      ],
    },
  ],
  'search/answer-from-articles': [
    {
      version: '1.1.0',
      at: '2026-11-12T16:00:00Z',
      by: ben,
      message: 'Give the date, for articles that speak of opening hours',
      undo: [],
    },
    {
      version: '1.0.0',
      at: '2026-10-30T16:00:00Z',
      by: ben,
      message: 'First version',
      undo: [
        ["  today: { type: string, volatile: true, description: Today's date, default: unknown }\n", ''],
        ['      Today is {{today}}.\n', ''],
      ],
    },
  ],
  'search/query-rewrite': [
    {
      version: '1.0.0',
      at: '2026-11-05T10:20:00Z',
      by: ben,
      message: 'Taken over from GitHub Models as it was',
      override: 'In use for months; rows for the other languages follow',
      undo: [],
    },
  ],
};

type Move = readonly [
  at: string,
  by: string,
  id: string,
  kind: 'promote' | 'rollback',
  version: string,
  label: string,
  message: string,
];

const moves: readonly Move[] = [
  ['2026-08-12T09:05:00Z', ana, 'support/refund', 'promote', '1.0.0', 'staging', ''],
  [
    '2026-08-13T09:00:00Z',
    ana,
    'support/refund',
    'promote',
    '1.0.0',
    'production',
    'The shop reads its prompt from the registry now',
  ],
  ['2026-08-31T16:30:00Z', ana, 'support/refund', 'promote', '2.0.0', 'staging', ''],
  [
    '2026-09-01T09:10:00Z',
    ben,
    'support/refund',
    'promote',
    '2.0.0',
    'production',
    'With shop release 41, which gives the order status',
  ],
  ['2026-09-14T10:05:00Z', ana, 'support/refund', 'promote', '2.1.0', 'staging', ''],
  ['2026-09-15T09:00:00Z', ben, 'support/refund', 'promote', '2.1.0', 'production', ''],
  ['2026-09-29T12:35:00Z', ben, 'support/refund', 'promote', '2.2.0', 'staging', ''],
  ['2026-09-30T09:20:00Z', ben, 'support/refund', 'promote', '2.2.0', 'production', ''],
  ['2026-10-20T08:10:00Z', ana, 'support/refund', 'promote', '2.3.0', 'staging', ''],
  ['2026-10-21T09:00:00Z', ana, 'support/refund', 'promote', '2.3.0', 'production', 'A fifth of the cost'],
  [
    '2026-10-21T17:42:00Z',
    ben,
    'support/refund',
    'rollback',
    '2.2.0',
    'production',
    'Answers no longer say when we write back',
  ],
  ['2026-11-03T14:45:00Z', ana, 'support/refund', 'promote', '2.3.1', 'staging', ''],
  [
    '2026-11-04T09:00:00Z',
    ana,
    'support/refund',
    'promote',
    '2.3.1',
    'production',
    'The small model again, now with a date in each answer',
  ],
  ['2026-11-17T09:20:00Z', mei, 'support/refund', 'promote', '2.4.0', 'staging', ''],
  ['2026-09-08T09:40:00Z', ben, 'support/escalation', 'promote', '1.0.0', 'staging', ''],
  ['2026-09-09T09:00:00Z', ben, 'support/escalation', 'promote', '1.0.0', 'production', ''],
  ['2026-09-22T15:55:00Z', ben, 'support/escalation', 'promote', '1.1.0', 'staging', ''],
  ['2026-10-12T11:20:00Z', ben, 'support/escalation', 'promote', '1.2.0', 'staging', ''],
  ['2026-10-13T09:00:00Z', ben, 'support/escalation', 'promote', '1.2.0', 'production', ''],
  ['2026-09-17T10:15:00Z', mei, 'billing/invoice-summary', 'promote', '1.0.0', 'staging', ''],
  ['2026-10-06T09:50:00Z', mei, 'billing/invoice-summary', 'promote', '2.0.0', 'staging', ''],
  ['2026-10-07T09:00:00Z', mei, 'billing/invoice-summary', 'promote', '2.0.0', 'production', ''],
  ['2026-10-27T13:05:00Z', mei, 'billing/invoice-summary', 'promote', '3.0.0', 'staging', ''],
  [
    '2026-10-28T09:00:00Z',
    mei,
    'billing/invoice-summary',
    'promote',
    '3.0.0',
    'production',
    'With billing release 2026.10.3, which gives the due date',
  ],
  ['2026-10-15T08:35:00Z', mei, 'billing/payment-reminder', 'promote', '1.0.0', 'staging', ''],
  ['2026-10-16T09:00:00Z', mei, 'billing/payment-reminder', 'promote', '1.0.0', 'production', ''],
  ['2026-11-10T08:35:00Z', mei, 'billing/payment-reminder', 'promote', '1.1.0', 'staging', ''],
  ['2026-11-12T16:05:00Z', ben, 'search/answer-from-articles', 'promote', '1.1.0', 'staging', ''],
];

/** Everything that ever happened in the sample's registry, oldest first. */
export function sampleHistory(files: ReadonlyMap<string, SampleFile>): readonly Step[] {
  const publishes = Object.entries(published).flatMap(([id, versions]) => {
    const file = files.get(id);
    if (!file) throw new Error(`the sample has no prompt ${id}`);
    let { text } = file;
    return versions.map(({ undo, ...past }): Step => {
      for (const [now, before] of undo) {
        if (!text.includes(now))
          throw new Error(`${id} ${past.version}: the newer text has no ${JSON.stringify(now)}`);
        text = text.replace(now, before);
      }
      return { kind: 'publish', id, path: file.path, text, ...past };
    });
  });
  const moved = moves.map(([at, by, id, kind, version, label, message]): Step => ({
    at,
    by,
    id,
    kind,
    version,
    label,
    message,
  }));
  return [...publishes, ...moved].sort((a, b) => a.at.localeCompare(b.at));
}
