import {
  CompiledQuery,
  type DatabaseConnection,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
} from 'kysely'
import type { Database } from './schema.ts'

/**
 * Runs work on a database of its own, whose changes nobody else sees and nothing keeps: a transaction that is always
 * rolled back. What begins and commits a transaction in there sets a savepoint instead, so that any code runs unaware.
 */
export async function rehearse<T>(
  db: Kysely<Database>,
  work: (rehearsed: Kysely<Database>) => Promise<T>,
): Promise<T> {
  return db.getExecutor().provideConnection(async (connection) => {
    await run(connection, 'begin')
    try {
      return await work(within(connection))
    } finally {
      await run(connection, 'rollback')
    }
  })
}

function within(connection: DatabaseConnection): Kysely<Database> {
  const nothing = async () => {}
  return new Kysely<Database>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
      createDriver: () => ({
        init: nothing,
        acquireConnection: async () => connection,
        // A name hides an earlier one: savepoints of one name nest.
        beginTransaction: () => run(connection, 'savepoint begun'),
        commitTransaction: () => run(connection, 'release savepoint begun'),
        rollbackTransaction: async () => {
          await run(connection, 'rollback to savepoint begun')
          await run(connection, 'release savepoint begun')
        },
        releaseConnection: nothing,
        destroy: nothing,
      }),
    },
  })
}

async function run(connection: DatabaseConnection, statement: string): Promise<void> {
  await connection.executeQuery(CompiledQuery.raw(statement))
}
