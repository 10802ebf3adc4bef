/** The arrows of ARCHITECTURE.md: main → app → http → rooms → {access, previews, notify, audit, jobs} → {db, blobs}. */
const rooms = '^server/(people|files)/'
const pages = '^server/(http|http/.*|files/(uploads|downloads|upload-.*))\\.ts$'
module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'core-imports-itself-and-zod',
      severity: 'error',
      from: { path: '^core/' },
      to: { pathNot: '^(core/|node_modules/(zod|@orpc/contract)/)' },
    },
    {
      name: 'web-imports-core-only',
      severity: 'error',
      from: { path: '^web/' },
      to: { path: '^(server|test|scripts)/' },
    },
    {
      name: 'server-never-imports-web',
      severity: 'error',
      from: { path: '^server/' },
      to: { path: '^(web|test|scripts)/' },
    },
    {
      name: 'only-main-imports-app',
      severity: 'error',
      from: { path: '^server/', pathNot: '^server/main\\.ts$|^server/demo/' },
      to: { path: '^server/app\\.ts$' },
    },
    {
      name: 'only-app-imports-http',
      severity: 'error',
      from: { path: '^server/', pathNot: '^server/(app|http)\\.ts$|^server/http/' },
      to: { path: '^server/http(\\.ts|/)' },
    },
    {
      name: 'rooms-below-http',
      severity: 'error',
      from: { path: '^server/(access|audit|jobs|previews|notify|db|blobs)' },
      to: { path: rooms },
    },
    {
      name: 'db-and-blobs-at-the-bottom',
      severity: 'error',
      from: { path: '^server/(db|blobs)/' },
      to: { path: '^server/(access|audit|jobs|previews|notify)' },
    },
    {
      name: 'http-types-stop-at-the-door',
      severity: 'error',
      from: { path: '^server/', pathNot: `${pages}|^server/(main|app)\\.ts$` },
      to: { path: '^node_modules/(hono|@hono|@orpc|@tus)/' },
    },
    {
      name: 'sql-stays-in-the-server',
      severity: 'error',
      from: { path: '^(web|core)/' },
      to: { path: '^node_modules/(pg|kysely)/' },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.cjs', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'types', 'default'],
    },
  },
}
