import assert from 'node:assert/strict'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { build, type Rolldown } from 'vite'

const root = join(import.meta.dirname, '../..')
let chunks: Rolldown.OutputChunk[]

before(async () => {
  const built = await build({
    configFile: join(root, 'vite.config.ts'),
    root: join(root, 'web'),
    logLevel: 'warn',
    build: { write: false },
  })
  assert.ok('output' in built)
  chunks = built.output.filter((output) => output.type === 'chunk')
})

/** The chunk made for a source file, and all that it can't start without. */
function needed(file: string): Rolldown.OutputChunk[] {
  const found = new Set<Rolldown.OutputChunk>()
  const add = (chunk: Rolldown.OutputChunk | undefined) => {
    assert.ok(chunk, file)
    if (found.has(chunk)) return
    found.add(chunk)
    for (const name of chunk.imports) add(chunks.find((other) => other.fileName === name))
  }
  add(chunks.find((chunk) => chunk.facadeModuleId?.endsWith(file)))
  return [...found]
}

function firstLoad(door: string, ...parts: string[]): { bytes: number; modules: string[] } {
  const messages = ['common', ...parts].map((part) => `web/messages/${part}.fr.json`)
  const files = ['web/index.html', ...messages, door]
  const loaded = [...new Set(files.flatMap(needed))]
  return {
    bytes: loaded.reduce((sum, chunk) => sum + gzipSync(chunk.code).length, 0),
    modules: loaded.flatMap((chunk) => Object.keys(chunk.modules)),
  }
}

test('the client’s first load is at most 150 KB of compressed script, without React Aria', (t) => {
  const { bytes, modules } = firstLoad('web/doors/client.tsx', 'client')
  t.diagnostic(`${bytes} bytes`)
  assert.ok(bytes <= 150_000, `${bytes} bytes`)
  assert.deepEqual(
    modules.filter((id) => id.includes('node_modules/react-aria')),
    [],
  )
})

test('the professional’s first load is at most 260 KB of compressed script', (t) => {
  const { bytes } = firstLoad('web/doors/professional.tsx', 'professional', 'changes', 'uploads')
  t.diagnostic(`${bytes} bytes`)
  assert.ok(bytes <= 260_000, `${bytes} bytes`)
})

test('no schema of the contract reaches the browser', () => {
  const heavy = chunks
    .flatMap((chunk) => Object.keys(chunk.modules))
    .filter((id) => /node_modules\/zod\//.test(id))
  assert.deepEqual(heavy, [])
})
