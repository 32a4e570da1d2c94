/** Option reference: markdown made from the schemas, so that it cannot say anything else than the program does. */

import type { z } from 'zod'

interface Definition {
  readonly type: string
  readonly innerType?: z.core.$ZodType
  readonly in?: z.core.$ZodType
  readonly out?: z.core.$ZodType
  readonly element?: z.core.$ZodType
  readonly valueType?: z.core.$ZodType
  readonly options?: readonly z.core.$ZodType[]
  readonly values?: readonly unknown[]
  readonly entries?: Readonly<Record<string, string>>
  readonly shape?: Readonly<Record<string, z.core.$ZodType>>
}

const definitionOf = (schema: z.core.$ZodType) => schema._zod.def as unknown as Definition

/** A table of the options of one factory: name, type, meaning. Nested objects follow with dotted names; `required` is within the one above. */
export function optionTable(title: string, schema: z.ZodType): string {
  const rows = rowsOf(schema, '')
  return [`#### \`${title}\``, '', '| option | type | meaning |', '| --- | --- | --- |', ...rows, ''].join('\n')
}

function rowsOf(schema: z.core.$ZodType, prefix: string): readonly string[] {
  const shape = shapeOf(schema)
  if (shape === undefined) return []
  return Object.entries(shape).flatMap(([name, option]) => {
    const path = `${prefix}${name}`
    const meaning = describe(option)
    // Requirements are data with a type of their own; a table of their names alone would say nothing.
    if (meaning === '') return []
    const need = isRequired(option) ? ', required' : ''
    const row = `| \`${path}\` | ${typeOf(option)}${need} | ${cell(meaning)} |`
    const { item, suffix } = itemOf(option)
    return [row, ...rowsOf(item, `${path}${suffix}.`)]
  })
}

/** Whether leaving it out is a mistake. */
const isRequired = (schema: z.core.$ZodType) => schema._zod.optin === undefined

/** What a list or a map holds, with what its name gets: the options of an item are told below it. */
function itemOf(schema: z.core.$ZodType): { readonly item: z.core.$ZodType; readonly suffix: string } {
  const { type, innerType, element, valueType } = definitionOf(schema)
  if (innerType !== undefined) return itemOf(innerType)
  if (type === 'array') return { item: element!, suffix: '[]' }
  return type === 'record' ? { item: valueType!, suffix: '.<name>' } : { item: schema, suffix: '' }
}

const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ')

const describe = (schema: z.core.$ZodType): string => {
  const own = (schema as z.ZodType).description
  const inner = definitionOf(schema).innerType
  return own ?? (inner === undefined ? '' : describe(inner))
}

function shapeOf(schema: z.core.$ZodType): Definition['shape'] {
  const definition = definitionOf(schema)
  if (definition.shape !== undefined) return definition.shape
  if (definition.innerType !== undefined) return shapeOf(definition.innerType)
  return definition.options?.map(shapeOf).find(shape => shape !== undefined)
}

function typeOf(schema: z.core.$ZodType): string {
  const definition = definitionOf(schema)
  switch (definition.type) {
    case 'optional':
    case 'default':
    case 'nullable':
    case 'readonly':
      return typeOf(definition.innerType!)
    case 'pipe':
      return definitionOf(definition.in!).type === 'string' ? 'duration' : typeOf(definition.in!)
    case 'array':
      return `list of ${typeOf(definition.element!)}`
    case 'record':
      return `map of ${typeOf(definition.valueType!)}`
    case 'union':
      return [...new Set(definition.options!.map(typeOf))].join(' or ')
    case 'enum':
      return Object.values(definition.entries!)
        .map(value => `\`'${value}'\``)
        .join(' ')
    case 'literal':
      return definition.values!.map(value => `\`${JSON.stringify(value)}\``).join(' ')
    case 'string':
      return 'text'
    case 'number':
    case 'int':
      return 'number'
    case 'custom':
      return 'value'
    default:
      return definition.type
  }
}
