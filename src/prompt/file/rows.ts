import type { Span } from '../problem.ts';
import type { JsonObject, RowData } from '../prompt.ts';
import type { Reader } from './reader.ts';
import type { Place } from './tree.ts';

export interface ParsedRow {
  readonly index: number;
  readonly data: RowData;
  readonly span: Span;
  /** The first line of the row or its id: where a result is shown. */
  readonly anchor: Span;
}

/** Every item yields a row, so that indexes agree with the file's. */
export function readRows(reader: Reader, place: Place): readonly ParsedRow[] {
  const items = reader.list(place, 'a list of rows such as `- question: Where is my parcel?`');
  return items.map((item, index) => {
    const data: JsonObject = reader.object(item, 'a row: a mapping of variables to values') ?? {};
    const span = reader.tree.span(item);
    return { index, data, span, anchor: anchorOf(reader, item, span) };
  });
}

function anchorOf(reader: Reader, item: Place, span: Span): Span {
  const id = reader.tree.entries(item).find(({ key, merged }) => key === 'id' && !merged);
  if (id !== undefined && !reader.isAbsent(id.value)) return reader.tree.span(id.value);
  const source = reader.tree.source(item);
  const firstLine = /^[^\r\n]*/.exec(source)?.[0].trimEnd().length ?? 0;
  return { start: span.start, end: span.start + firstLine };
}
