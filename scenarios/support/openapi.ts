import { contractMismatch } from '#vedette/playwright'

interface Operation {
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: object }>> }>
  >
}

/** An OpenAPI document (3.1, whose schemas are JSON Schema), as far as answers are held to it. */
export interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components?: { readonly schemas?: Readonly<Record<string, { readonly required?: readonly string[] }>> }
}

export interface Answered {
  readonly method: string
  /** As the document writes it: `/api/orders/{id}`. */
  readonly path: string
  readonly status: number
  readonly type: string
  readonly body: unknown
}

/** What of an answer the document does not allow, in words; nothing when all is as documented. */
export async function openApiMismatch(document: OpenApi, answer: Answered): Promise<string | undefined> {
  const operation = document.paths[answer.path]?.[answer.method.toLowerCase()]
  if (!operation) return 'expected the operation in the contract, found none'
  const response = operation.responses[answer.status] ?? operation.responses['default']
  const media = response?.content?.[answer.type.split(';', 1)[0]!.trim()]
  if (!media) return `expected a documented answer, found ${answer.status} as ${answer.type}`
  const flat = JSON.stringify({ ...media.schema, $defs: document.components?.schemas ?? {} })
  return contractMismatch(JSON.parse(flat.replaceAll('#/components/schemas/', '#/$defs/')), answer.body)
}
