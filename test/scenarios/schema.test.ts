import { expect, test } from 'vitest'
import * as z from 'zod'
import { ScenarioSchema } from '../../src/scenarios/scenario.ts'

test('the JSON Schema that editors read is that of the code; `npx vitest -u` makes it again', async () => {
  const schema = {
    ...z.toJSONSchema(ScenarioSchema, { io: 'input', unrepresentable: 'any' }),
    title: 'novasim scenario',
  }
  await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot('../../scenarios/scenario.schema.json')
})
