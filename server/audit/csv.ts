import type { AuditEntry } from '../../core/api/audit.ts'

/** Without it Excel takes UTF-8 for another encoding. */
const BYTE_ORDER_MARK = '\uFEFF'

type Cell = string | null | undefined

/** Names and codes are the same in every language, for those who read the file with a program. */
const COLUMNS: Record<string, (entry: AuditEntry) => Cell> = {
  time: ({ at }) => at,
  who: ({ by }) => by?.name,
  who_is: ({ by }) => by?.kind ?? 'software',
  action: ({ action }) => action,
  item_is: ({ item }) => item?.kind,
  item: ({ item }) => item && (item.name ?? '(not shared with you)'),
  client: ({ client }) => client?.name,
  group: ({ group }) => group?.name,
  professional: ({ person }) => person?.name,
  details: ({ details }) =>
    Object.entries(details)
      .map(([name, value]) => `${name}: ${Array.isArray(value) ? value.join(', ') : value}`)
      .join('; '),
  address: ({ address }) => address,
}

export function csvHead(): string {
  return BYTE_ORDER_MARK + line(Object.keys(COLUMNS))
}

export function csvLines(entries: readonly AuditEntry[]): string {
  return entries.map((entry) => line(Object.values(COLUMNS).map((cell) => cell(entry)))).join('')
}

/** As in RFC 4180. */
function line(cells: readonly Cell[]): string {
  return `${cells.map((cell) => `"${harmless(cell ?? '').replaceAll('"', '""')}"`).join(',')}\r\n`
}

/**
 * What a spreadsheet would take for a formula is marked as text; names are anybody's to choose. One that expects
 * semicolons, as French ones do, or reads lines apart begins a cell inside ours.
 */
function harmless(text: string): string {
  return text.replace(/(^|[;\t\r\n])(?=[\s"]*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20])|^(?=[\t\r\n])/g, "$1'")
}
