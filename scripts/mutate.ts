import { spawn } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createCast } from '../test/access.cast.ts'
import { createEnded } from '../test/access.ended.ts'
import { startTestCluster } from '../test/cluster.ts'
import { createWorld } from '../test/world.ts'
import { type Mutant, mutateSql } from './sql-mutants.ts'

/**
 * Changes the rule's SQL in each way that `sql-mutants` knows, in a copy of the tree, and says which changes no test
 * notices: `node scripts/mutate.ts [first] [last]`. First the access table is asked without HTTP; what survives that meets
 * the model of the rules, then the tests named below.
 */
const FILE = 'server/access.ts'
const ROOT = join(import.meta.dirname, '..')
const SLOWER = [
  ['test/model/model.test.ts'],
  [
    'test/access.test.ts',
    'test/scanning/*.test.ts',
    'test/security/*.test.ts',
    'test/files/*.test.ts',
    'test/people/*.test.ts',
  ],
]

await using stack = new AsyncDisposableStack()
const cluster = await startTestCluster()
stack.defer(cluster.close)
process.env.CARNET_TEST_CLUSTER = JSON.stringify({ adminUrl: cluster.adminUrl, template: cluster.template })
const copy = await mkdtemp(join(tmpdir(), 'carnet-mutants-'))
stack.defer(() => rm(copy, { recursive: true, force: true }))
for (const part of ['core', 'server', 'test', 'scripts', 'dist', 'package.json', 'tsconfig.json'])
  await cp(join(ROOT, part), join(copy, part), { recursive: true })
await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'))

const world = await createWorld({ after: (end) => stack.defer(end as () => Promise<void>) })
const people = (await createCast(world)).map(({ who, profile, actor, record }) => ({
  ...{ who, profile, actor },
  things: Object.fromEntries([...record.things.values()].map(({ name, id }) => [name, id])),
}))
const ended = await createEnded(world)
const asked = JSON.stringify({ connectionString: world.database.connectionString, people, ended })

/** Whether these pass in the copy as it is now. What takes too long has failed. */
function passes(args: string[], input = ''): Promise<boolean> {
  const child = spawn(process.execPath, args, {
    cwd: copy,
    stdio: ['pipe', 'ignore', 'ignore'],
    timeout: 600_000,
  })
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  return new Promise((done) => child.once('exit', (code) => done(code === 0)))
}

async function survives(): Promise<boolean> {
  if (!(await passes(['scripts/rule-check.ts'], asked))) return false
  for (const files of SLOWER) if (!(await passes(['--test', '--test-concurrency=1', ...files]))) return false
  return true
}

const source = await readFile(join(ROOT, FILE), 'utf8')
if (!(await survives())) throw new Error('the tests fail on the rule as it is')
const [first = 0, last = Number.POSITIVE_INFINITY] = process.argv.slice(2).map(Number)
const mutants = mutateSql(source).slice(first, last)
const survivors: Mutant[] = []
for (const [i, mutant] of mutants.entries()) {
  await writeFile(join(copy, FILE), mutant.text)
  const alive = await survives()
  if (alive) survivors.push(mutant)
  console.log(`${first + i} ${alive ? 'SURVIVED' : 'killed'} ${FILE}:${mutant.line} ${mutant.what}`)
}
console.log(`${mutants.length - survivors.length} of ${mutants.length} killed`)
