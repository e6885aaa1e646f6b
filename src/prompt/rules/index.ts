import type { Rule } from '../lint.ts';
import { duplicateId } from './duplicateId.ts';
import { duplicateRowId } from './duplicateRowId.ts';
import { evaluatorOptions } from './evaluatorOptions.ts';
import { extraInRow } from './extraInRow.ts';
import { judgeIsSubject } from './judgeIsSubject.ts';
import { missingInRow } from './missingInRow.ts';
import { noRows } from './noRows.ts';
import { notPortable } from './notPortable.ts';
import { overlappingChoices } from './overlappingChoices.ts';
import { retiredModel } from './retiredModel.ts';
import { secretInPrompt } from './secretInPrompt.ts';
import { spacesInTag } from './spacesInTag.ts';
import { templateSyntax } from './templateSyntax.ts';
import { thresholdMissing } from './thresholdMissing.ts';
import { undefinedVariable } from './undefinedVariable.ts';
import { unknownEvaluator } from './unknownEvaluator.ts';
import { unknownInclude } from './unknownInclude.ts';
import { unknownModel } from './unknownModel.ts';
import { unreachableThreshold } from './unreachableThreshold.ts';
import { untrustedInSystem } from './untrustedInSystem.ts';
import { unusedVariable } from './unusedVariable.ts';
import { volatilePrefix } from './volatilePrefix.ts';
import { wrongType } from './wrongType.ts';

/** Every rule of lint. Codes that are not here are reported by the parser, by hosts, or by `suppress.ts`. */
export const rules: readonly Rule[] = [
  templateSyntax,
  undefinedVariable,
  unusedVariable,
  missingInRow,
  extraInRow,
  wrongType,
  duplicateId,
  duplicateRowId,
  noRows,
  unknownEvaluator,
  evaluatorOptions,
  unknownModel,
  retiredModel,
  thresholdMissing,
  unreachableThreshold,
  judgeIsSubject,
  overlappingChoices,
  unknownInclude,
  secretInPrompt,
  untrustedInSystem,
  volatilePrefix,
  spacesInTag,
  notPortable,
];
