import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { accessDoc } from '../scripts/access-doc.ts'

test('docs/access.md says what the table says', async () => {
  const page = await readFile(new URL('../docs/access.md', import.meta.url), 'utf8')
  assert.equal(page, accessDoc(), 'npm run docs')
})
