import { nearName } from '../nearName.ts';
import { roles, type Message, type Role } from '../prompt.ts';
import { isTemplateName } from '../templateName.ts';
import { replaceWith, type Reader } from './reader.ts';
import type { Place } from './tree.ts';

const known = ['role', 'content', 'placeholder'] as const;

/** Every item yields a message, so that indexes agree with the file's. */
export function readMessages(reader: Reader, place: Place): readonly Message[] {
  const items = reader.list(place, 'a list of messages such as `- role: user`');
  return items.map((item, index) => readMessage(reader, item, index));
}

function readMessage(reader: Reader, place: Place, index: number): Message {
  const fields = reader.fields(place, 'a message such as `role: user` with `content:`');
  reader.unknownFields(fields.values(), known, 'a message');
  const placeholder = reader.text(
    fields.get('placeholder')?.value,
    'the name of a variable of type messages',
  );
  if (placeholder !== undefined) {
    if (!isTemplateName(placeholder.text)) {
      reader.expected(placeholder.place, 'the name of a variable of type messages, such as history');
    }
    for (const other of ['role', 'content']) {
      const entry = fields.get(other);
      if (entry === undefined) continue;
      reader.report(
        'invalid-value',
        reader.tree.span(entry.keyPlace),
        `A message with \`placeholder\` is inserted as the caller gives it and takes no \`${other}\`.`,
      );
    }
    return { placeholder: placeholder.text };
  }
  const role = readRole(reader, fields.get('role')?.value);
  const contentPlace = fields.get('content')?.value;
  const content = reader.text(contentPlace, 'the text of the message');
  const at = `messages.${index}.content`;
  if (content !== undefined) reader.template(content, { at, kind: 'message', message: index });
  else if (reader.isAbsent(contentPlace)) {
    const span = reader.tree.span(fields.get('content')?.keyPlace ?? fields.get('role')?.keyPlace ?? place);
    reader.report(
      'invalid-value',
      span,
      'This message has no text. Expected `content:`, such as `content: "{{question}}"`.',
    );
  }
  if (role === undefined && reader.isAbsent(fields.get('role')?.value)) {
    const span = reader.tree.span(fields.get('role')?.keyPlace ?? fields.get('content')?.keyPlace ?? place);
    reader.report(
      'invalid-value',
      span,
      `This message has no role. Expected \`role:\` with ${roles.join(', ')}.`,
    );
  }
  return { role: role ?? 'user', content: content?.text ?? '' };
}

/** In any case of letters, as GitHub takes it. */
function readRole(reader: Reader, place: Place | undefined): Role | undefined {
  const read = reader.text(place, `a role: ${roles.join(', ')}`);
  if (read === undefined) return undefined;
  const role = roles.find(role => role === read.text.toLowerCase());
  if (role === undefined) {
    const span = reader.tree.span(read.place);
    const near = nearName(read.text, roles);
    reader.report(
      'invalid-value',
      span,
      `${JSON.stringify(read.text)} is no role. Expected ${roles.join(', ')}.`,
      near === undefined ? {} : { fixes: [replaceWith(near, span)] },
    );
  }
  return role;
}
