/** The description of the API as OpenAPI 3.1, made of the routes themselves. Loaded when somebody asks for it. */

import swagger from '@fastify/swagger'
import fastify from 'fastify'
import { createJsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Right } from '../core/accounts.ts'
import type { GuardedRoute } from './rights.ts'

export interface DescriptionOptions {
  readonly version: string
  /** Where the API is reached; absent: where the description was read. */
  readonly url: string | undefined
  readonly signIn: boolean
}

const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number(),
  detail: z.string().describe('what was expected, what was found, and how to mend it'),
  expected: z.string().optional(),
  found: z.string().optional(),
  mend: z.string().optional(),
})

/** As JSON. Describes the routes that say what they are about. */
export async function describeApi(
  routes: readonly GuardedRoute[],
  { version, url, signIn }: DescriptionOptions,
): Promise<string> {
  const app = fastify()
  const toJson = createJsonSchemaTransform({})
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Vedette',
        version,
        description:
          'Times are epoch milliseconds, durations milliseconds, ratios from 0 to 1. Problems are RFC 9457. `x-right` says what a call needs; `vedette tokens add` makes tokens.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: url ?? '/' }],
      components: {
        securitySchemes: {
          token: {
            type: 'http',
            scheme: 'bearer',
            description:
              'The token of this Vedette, or one of `vedette tokens add` with the scope that the call needs.',
          },
          session: {
            type: 'apiKey',
            in: 'cookie',
            name: 'vedette_session',
            description: 'Somebody who has signed in.',
          },
        },
      },
    },
    transform: given => {
      const { schema, url, route } = given
      const { right = 'public', path = url } = route.config ?? {}
      const described = {
        ...schema,
        security: securityOf(right, signIn),
        'x-right': right,
        response: {
          ...(schema?.response as object),
          default: { description: 'A problem', content: { 'application/problem+json': { schema: problem } } },
        },
      }
      const transformed = toJson({ ...given, schema: described } as never)
      return { schema: transformed.schema, url: path }
    },
    transformObject: jsonSchemaTransformObject,
  })
  // What is taken and answered is the business of the real routes.
  app.setValidatorCompiler(() => () => true)
  app.setSerializerCompiler(() => () => '')
  for (const { method, url, right, path, schema } of routes) {
    if (schema?.summary === undefined || method === 'HEAD') continue
    const config = { right, ...(path === undefined ? {} : { path }) }
    app.route({ method, url, schema, config, exposeHeadRoute: false, handler: async () => undefined })
  }
  await app.ready()
  const description = JSON.stringify(app.swagger())
  await app.close()
  return description
}

/** Reading that is free may be asked for with a token all the same. */
function securityOf(right: Right | 'public', signIn: boolean): readonly Record<string, readonly string[]>[] {
  if (right === 'public') return []
  const known = [{ token: [right] }, { session: [] }]
  return right === 'read' && !signIn ? [{}, ...known] : known
}
