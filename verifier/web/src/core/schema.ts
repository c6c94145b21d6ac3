// JSON Schema 2020-12 as far as protocol/schemas uses it; refusals in our codes with a JSON pointer.
//
// Each schema becomes functions once. A keyword that is not known here stops the program when the schema is read, so that
// no rule is passed over. A schema applies to the full form: where something is withheld, and only there, a missing
// property is no error (protocol/README §3).

import { FilieraError, refuse, shown, type Values } from './errors.ts';
import { mayHide } from './disclosure.ts';
import { suggestion } from './decimal.ts';
import { escape } from './places.ts';
import { SCHEMAS } from './schemas.ts';
import { isObject, sameJson, type Json, type JsonObject } from './strictJson.ts';

const SUBJECT = '/credentialSubject';
const MASTER_DATA = new Map([
  ['Party', 'party'],
  ['Facility', 'facility'],
  ['Product', 'product'],
  ['Order', 'order'],
  ['SubcontractOrder', 'subcontract-order'],
  ['Certificate', 'certificate'],
]);
// The steps in the life of a criterion (README §20).
const CRITERION = new Map([
  ['CriterionProposal', 'criterion-proposal'],
  ['CriterionConsultation', 'criterion-consultation'],
  ['CriterionAgreement', 'criterion-agreement'],
  ['CriterionPublication', 'criterion-publication'],
  ['CriterionRetirement', 'criterion-retirement'],
]);
/** Kinds whose subject says by its type which schema it has. */
const BY_TYPE = new Map([
  ['FilieraMasterData', MASTER_DATA],
  ['FilieraCriterion', CRITERION],
]);
const SUBJECTS = new Map([
  ['FilieraMembership', 'membership'],
  ['FilieraComment', 'criterion-comment'],
  ['FilieraCatalogue', 'catalogue-record'],
  ['FilieraAdoption', 'adoption'],
  ['DigitalProductPassport', 'passport'],
  ['FilieraVerificationStatement', 'verification-statement'],
  ['BitstringStatusListCredential', 'status-list'],
]);

const CLOSING = new Set(['unevaluatedProperties', 'additionalProperties']);
const SIZES = new Set(['minItems', 'maxItems', 'minLength', 'maxLength', 'minProperties', 'uniqueItems']);

/** One thing that a value is not; `within` names the definitions on the way whose refusals have words of their own. */
interface Fault {
  readonly rule: string;
  readonly pointer: string;
  readonly value: Json;
  readonly detail: string;
  readonly within: Within;
}
type Within = 'number' | 'unit' | undefined;
type Check = (value: Json, pointer: string, faults: Fault[]) => void;
/** What a keyword is read with: its schema, the document of that, and the definition that it lies within. */
interface Context {
  readonly schema: JsonObject;
  readonly document: JsonObject;
  readonly within: Within;
}
type Keyword = (argument: Json, context: Context) => Check;

const DOCUMENTS = new Map([...SCHEMAS.values()].map((schema) => [schema.$id as string, schema]));
const COMPILED = new Map<string, Check>();

/** Refuse with SCHEMA_*, QUANTITY_FORM or UNIT_UNKNOWN a value that is not what the schema `name` says. Of several refusals
 *  the one counts whose pointer comes first as text, then whose code, whatever the order in which they are found.
 *  `place` is put before every pointer; `withheld` are pointers of objects with undisclosed properties. */
export function validate(name: string, value: Json, place = '', withheld: ReadonlySet<string> = new Set(), kind = ''): void {
  const faults: Fault[] = [];
  const schema = SCHEMAS.get(name) ?? refuse('SCHEMA_NAME_UNKNOWN', '', { name });
  compileOnce(schema.$id as string, schema, schema, undefined)(value, place, faults);
  const refusals = faults.filter((each) => !mayBeWithheld(each, withheld, kind)).map(refusalOf);
  if (refusals.length) throw refusals.reduce((first, each) => (comesBefore(each, first) ? each : first));
}

/** Envelope and subject of a record's claims; also RECORD_KIND_UNKNOWN, ACT_UNKNOWN. */
export function validateRecord(kind: string, claims: JsonObject, withheld: ReadonlySet<string>): void {
  validate('credential', claims, '', withheld);
  const subject = claims.credentialSubject as JsonObject;
  validate(subjectSchema(kind, subject), subject, SUBJECT, withheld, kind);
}

/** The schema of a record's subject; RECORD_KIND_UNKNOWN or ACT_UNKNOWN. */
export function subjectSchema(kind: string, subject: JsonObject): string {
  if (kind === 'FilieraEvent') {
    const name = `event-${String(subject['filiera:act'])}`;
    return SCHEMAS.has(name) ? name : refuse('ACT_UNKNOWN', `${SUBJECT}/filiera:act`, { act: shown(subject['filiera:act']) });
  }
  const types = BY_TYPE.get(kind);
  if (types) {
    const name = types.get(subject.type as string);
    return name ?? refuse('RECORD_KIND_UNKNOWN', `${SUBJECT}/type`, { kind: shown(subject.type) });
  }
  return SUBJECTS.get(kind) ?? refuse('RECORD_KIND_UNKNOWN', '/type/1', { kind: kind.slice(0, 80) });
}

/** Whether what is missed may be undisclosed, in the same object or in one inside it: an alternative fails as a whole
 *  although only a property inside it is withheld. */
function mayBeWithheld({ rule, pointer, detail }: Fault, withheld: ReadonlySet<string>, kind: string): boolean {
  if (rule === 'required') return withheld.has(pointer) && mayHide(kind, pointer, detail);
  if (rule === 'minProperties') return withheld.has(pointer);
  return rule === 'anyOf' && [...withheld].some((place) => place === pointer || place.startsWith(`${pointer}/`));
}

function comesBefore(first: FilieraError, second: FilieraError): boolean {
  return first.place === second.place ? first.code < second.code : first.place < second.place;
}

function refusalOf({ rule, pointer, value, detail, within }: Fault): FilieraError {
  const refusal = (code: string, values: Values): FilieraError => new FilieraError(code, pointer, values);
  const text = shown(value);
  if (rule === 'required') return refusal('SCHEMA_PROPERTY_MISSING', { name: detail });
  if (CLOSING.has(rule)) return refusal('SCHEMA_PROPERTY_UNKNOWN', { name: detail.slice(0, 200) });
  if (within === 'number') return refusal('QUANTITY_FORM', { value: text, canonical: suggestion(value) });
  if (within === 'unit' && rule === 'enum') return refusal('UNIT_UNKNOWN', { unit: text, known: detail });
  if (rule === 'enum' || rule === 'const') return refusal('SCHEMA_VALUE', { value: text, allowed: detail.slice(0, 400) });
  if (rule === 'type') return refusal('SCHEMA_TYPE', { value: text, expected: detail });
  if (rule === 'pattern') return refusal('SCHEMA_PATTERN', { value: text });
  if (SIZES.has(rule)) return refusal('SCHEMA_LENGTH', { value: text, rule, limit: detail });
  return refusal('SCHEMA_MISMATCH', { rule });
}

// --- from schema to functions --------------------------------------------------------------------------------------

function compile(schema: Json, document: JsonObject, within: Within): Check {
  if (!isObject(schema)) return schema === false ? fault('false', within, () => false) : nothing;
  const checks = Object.entries(schema).map(([name, argument]) => {
    const keyword = KEYWORDS.get(name);
    if (!keyword) throw new Error(`schema keyword ${name} is not known here`);
    return keyword(argument, { schema, document, within });
  });
  return (value, pointer, faults) => checks.forEach((check) => check(value, pointer, faults));
}

function compileOnce(uri: string, schema: JsonObject, document: JsonObject, within: Within): Check {
  const key = `${within ?? ''} ${uri}`;
  const known = COMPILED.get(key);
  if (known) return known;
  const check = compile(schema, document, within);
  COMPILED.set(key, check);
  return check;
}

/** What a reference leads to: a whole schema, or a definition in one. Nothing is ever fetched. */
function follow(reference: string, document: JsonObject): { uri: string; schema: JsonObject; document: JsonObject; name: string } {
  const [id, fragment = ''] = reference.split('#');
  const found = id ? DOCUMENTS.get(id) : document;
  const name = fragment.replace('/$defs/', '');
  const schema = fragment ? (found?.$defs as JsonObject | undefined)?.[name] : found;
  if (!found || !isObject(schema)) throw new Error(`schema ${reference} is not here`);
  return { uri: `${found.$id as string}#${fragment}`, schema, document: found, name };
}

function refer(argument: Json, { document, within }: Context): Check {
  const target = follow(argument as string, document);
  const inside = withinOf(target.name) ?? within;
  return compileOnce(target.uri, target.schema, target.document, inside);
}

function withinOf(name: string): Within {
  if (name === 'decimal' || name === 'ratio') return 'number';
  return name === 'unit' ? 'unit' : undefined;
}

/** A keyword that holds or does not; `applies` says to which values it speaks. */
function fault(rule: string, within: Within, holds: (value: Json) => boolean, detail = ''): Check {
  return (value, pointer, faults) => {
    if (!holds(value)) faults.push({ rule, pointer, value, detail, within });
  };
}

/** A keyword that speaks to values of one kind only and compares something of them. */
function comparing<Argument extends Json, Value extends Json>(
  rule: string,
  speaks: (value: Json) => value is Value,
  holds: (value: Value, argument: Argument) => boolean,
): [string, Keyword] {
  return [rule, (argument, { within }) => fault(rule, within, (value) => !speaks(value) || holds(value, argument as Argument), String(argument))];
}

const isText = (value: Json): value is string => typeof value === 'string';
const isNumber = (value: Json): value is number => typeof value === 'number';
const isList = (value: Json): value is Json[] => Array.isArray(value);
const nothing: Check = () => undefined;
const ignored: Keyword = () => nothing;

const KEYWORDS = new Map<string, Keyword>([
  ...['$schema', '$id', '$defs', 'title', 'description', 'then'].map((name) => [name, ignored] as [string, Keyword]),
  ['$ref', refer],
  ['type', typed],
  ['const', (argument, { within }) => fault('const', within, (value) => sameJson(value, argument), JSON.stringify(argument))],
  ['enum', oneOf],
  ['pattern', matching],
  comparing<number, string>('minLength', isText, (text, least) => [...text].length >= least),
  comparing<number, string>('maxLength', isText, (text, most) => text.length <= most || [...text].length <= most),
  comparing<number, number>('minimum', isNumber, (number, least) => number >= least),
  comparing<number, number>('maximum', isNumber, (number, most) => number <= most),
  comparing<number, Json[]>('minItems', isList, (list, least) => list.length >= least),
  comparing<number, Json[]>('maxItems', isList, (list, most) => list.length <= most),
  comparing<boolean, Json[]>('uniqueItems', isList, (list) => list.every((each, at) => !list.slice(0, at).some((other) => sameJson(each, other)))),
  comparing<number, JsonObject>('minProperties', isObject, (object, least) => Object.keys(object).length >= least),
  ['properties', properties],
  ['required', required],
  ['dependentRequired', dependentRequired],
  ['additionalProperties', additional],
  ['unevaluatedProperties', (argument, context) => closed('unevaluatedProperties', argument, evaluated(context.schema, context.document), context)],
  ['items', items],
  ['prefixItems', prefixItems],
  ['allOf', allOf],
  ['anyOf', anyOf],
  ['if', conditional],
]);

function typed(argument: Json, { within }: Context): Check {
  const is: Record<string, (value: Json) => boolean> = {
    string: isText,
    integer: (value) => Number.isInteger(value),
    array: isList,
    object: isObject,
    boolean: (value) => typeof value === 'boolean',
    null: (value) => value === null,
  };
  const holds = is[argument as string];
  if (!holds) throw new Error(`type ${String(argument)} is not known here`);
  return fault('type', within, holds, argument as string);
}

function oneOf(argument: Json, { within }: Context): Check {
  const allowed = new Set(argument as Json[]);
  return fault('enum', within, (value) => allowed.has(value), [...allowed].join(', '));
}

function matching(argument: Json, { within }: Context): Check {
  const pattern = new RegExp(argument as string, 'u');
  return fault('pattern', within, (value) => !isText(value) || pattern.test(value));
}

function properties(argument: Json, { document, within }: Context): Check {
  const checks = Object.entries(argument as JsonObject).map(
    ([name, schema]) => [name, escape(name), compile(schema, document, withinOf(name) ?? within)] as const,
  );
  return (value, pointer, faults) => {
    if (!isObject(value)) return;
    for (const [name, token, check] of checks) if (name in value) check(value[name], `${pointer}/${token}`, faults);
  };
}

function required(argument: Json, { within }: Context): Check {
  const checks = (argument as string[]).map((name) => fault('required', within, (value) => !isObject(value) || name in value, name));
  return (value, pointer, faults) => checks.forEach((check) => check(value, pointer, faults));
}

function dependentRequired(argument: Json, context: Context): Check {
  const checks = Object.entries(argument as JsonObject).map(([name, names]) => [name, required(names, context)] as const);
  return (value, pointer, faults) => {
    for (const [name, check] of checks) if (isObject(value) && name in value) check(value, pointer, faults);
  };
}

/** An object with no other names than those known. */
function closed(rule: string, argument: Json, known: ReadonlySet<string>, { within }: Context): Check {
  if (argument !== false) throw new Error(`${rule} is only known as false`);
  return (value, pointer, faults) => {
    const others = isObject(value) ? Object.keys(value).filter((name) => !known.has(name)) : [];
    if (others.length) faults.push({ rule, pointer, value, detail: others.join(', '), within });
  };
}

/** The properties that `properties` does not name: any, none, or each by a schema. */
function additional(argument: Json, context: Context): Check {
  const known = new Set(namesIn(context.schema.properties));
  if (argument === true) return nothing;
  if (!isObject(argument)) return closed('additionalProperties', argument, known, context);
  const check = compile(argument, context.document, context.within);
  return (value, pointer, faults) => {
    const others = isObject(value) ? Object.entries(value).filter(([name]) => !known.has(name)) : [];
    for (const [name, each] of others) check(each, `${pointer}/${escape(name)}`, faults);
  };
}

/** The names that a schema and what it refers to speak of. */
function evaluated(schema: JsonObject, document: JsonObject): Set<string> {
  const names = new Set(namesIn(schema.properties));
  if (typeof schema.$ref === 'string') {
    const target = follow(schema.$ref, document);
    for (const name of evaluated(target.schema, target.document)) names.add(name);
  }
  return names;
}

function namesIn(properties_: Json | undefined): string[] {
  return isObject(properties_) ? Object.keys(properties_) : [];
}

function items(argument: Json, { schema, document, within }: Context): Check {
  const check = compile(argument, document, within);
  const first = isList(schema.prefixItems) ? schema.prefixItems.length : 0;
  return (value, pointer, faults) => {
    if (isList(value)) value.slice(first).forEach((each, index) => check(each, `${pointer}/${first + index}`, faults));
  };
}

function prefixItems(argument: Json, { document, within }: Context): Check {
  const checks = (argument as Json[]).map((schema) => compile(schema, document, within));
  return (value, pointer, faults) => {
    if (isList(value)) checks.slice(0, value.length).forEach((check, index) => check(value[index], `${pointer}/${index}`, faults));
  };
}

function allOf(argument: Json, { document, within }: Context): Check {
  const checks = (argument as Json[]).map((schema) => compile(schema, document, within));
  return (value, pointer, faults) => checks.forEach((check) => check(value, pointer, faults));
}

function anyOf(argument: Json, { document, within }: Context): Check {
  const checks = (argument as Json[]).map((schema) => compile(schema, document, within));
  return (value, pointer, faults) => {
    if (!checks.some((check) => holds(check, value))) faults.push({ rule: 'anyOf', pointer, value, detail: '', within });
  };
}

function conditional(argument: Json, { schema, document, within }: Context): Check {
  const condition = compile(argument, document, within);
  const then = compile(schema.then ?? true, document, within);
  return (value, pointer, faults) => {
    if (holds(condition, value)) then(value, pointer, faults);
  };
}

function holds(check: Check, value: Json): boolean {
  const faults: Fault[] = [];
  check(value, '', faults);
  return !faults.length;
}
