export const LANGUAGES = ['en', 'fr', 'es'] as const
export type Language = (typeof LANGUAGES)[number]

/** Days before months and round thousands of bytes everywhere, as in the product's own pictures. */
const LOCALES: Record<Language, string> = { en: 'en-GB', fr: 'fr-CA', es: 'es' }
const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const

/** Dates, sizes, numbers and lists as the reader of a language writes them. */
export interface Format {
  locale: string
  /** "Today", "Yesterday", "12 Nov", or "12 Nov 2024" of another year. */
  date(time: string | Date, now?: Date): string
  /** "12 November 2025 at 14:05", for a tooltip or a detail. */
  dateTime(time: string | Date): string
  /** "14:05". */
  time(time: string | Date): string
  /** "March 2025". */
  month(time: string | Date): string
  /** Bytes as "220 kB", "1.2 MB". */
  size(bytes: number): string
  /** Seconds as players write them: "1:24", "1:02:03". */
  duration(seconds: number): string
  number(value: number): string
  /** "You, Léa and Marc". */
  list(names: readonly string[]): string
}

function startOfDay(time: Date): number {
  return new Date(time.getFullYear(), time.getMonth(), time.getDate()).getTime()
}

function capitalize(text: string, locale: string): string {
  return text.charAt(0).toLocaleUpperCase(locale) + text.slice(1)
}

export function createFormat(language: Language): Format {
  const locale = LOCALES[language]
  const day = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short' })
  const dayOfYear = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', year: 'numeric' })
  const full = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeStyle: 'short' })
  const ofDay = new Intl.DateTimeFormat(locale, { timeStyle: 'short' })
  const monthOfYear = new Intl.DateTimeFormat(locale, { month: 'long', year: 'numeric' })
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })
  const plain = new Intl.NumberFormat(locale)
  const names = new Intl.ListFormat(locale, { type: 'conjunction' })
  const sizes = new Map<string, Intl.NumberFormat>()

  function sizeFormat(unit: number, maximumFractionDigits: number): Intl.NumberFormat {
    const key = `${unit} ${maximumFractionDigits}`
    const made =
      sizes.get(key) ??
      new Intl.NumberFormat(locale, {
        style: 'unit',
        unit: UNITS[unit] ?? 'byte',
        unitDisplay: unit === 0 ? 'long' : 'short',
        maximumFractionDigits,
      })
    sizes.set(key, made)
    return made
  }

  return {
    locale,
    date(time, now = new Date()) {
      const date = new Date(time)
      const days = Math.round((startOfDay(date) - startOfDay(now)) / 86_400_000)
      if (days === 0 || days === -1) return capitalize(relative.format(days, 'day'), locale)
      return (date.getFullYear() === now.getFullYear() ? day : dayOfYear).format(date)
    },
    dateTime: (time) => full.format(new Date(time)),
    time: (time) => ofDay.format(new Date(time)),
    month: (time) => monthOfYear.format(new Date(time)),
    size(bytes) {
      let value = bytes
      let unit = 0
      // 999.5 and more would be written as a thousand of the smaller unit.
      while (value >= 999.5 && unit < UNITS.length - 1) {
        value /= 1000
        unit += 1
      }
      return sizeFormat(unit, unit === 0 || value >= 9.95 ? 0 : 1).format(value)
    },
    duration(seconds) {
      // What plays at all is never written as nothing.
      const whole = Math.max(1, Math.round(seconds))
      const two = (value: number) => String(value % 60).padStart(2, '0')
      const minutes = Math.floor(whole / 60)
      return minutes < 60
        ? `${minutes}:${two(whole)}`
        : `${Math.floor(minutes / 60)}:${two(minutes)}:${two(whole)}`
    },
    number: (value) => plain.format(value),
    list: (all) => names.format(all),
  }
}
