import { Monitor, Moon, Sun } from 'lucide-react'
import { useId } from 'react'
import { LANGUAGES, type Language } from '../format.ts'
import { type MessageKey, useLanguage, useT } from '../i18n.ts'
import { choose } from '../session.ts'
import { THEMES, type Theme, useTheme } from '../theme.ts'
import { Icon } from './icon.tsx'
import css from './preferences.module.css'
import { Select } from './select.tsx'
import { attempt } from './toasts.tsx'

/** Each in itself, so that whoever lands in the wrong one finds the way out. */
export const LANGUAGE_NAMES: Record<Language, string> = { en: 'English', fr: 'Français', es: 'Español' }

export const THEME_NAMES = {
  system: 'theme_system',
  light: 'theme_light',
  dark: 'theme_dark',
} as const satisfies Record<Theme, MessageKey>

export const THEME_ICONS = { system: Monitor, light: Sun, dark: Moon } as const satisfies Record<
  Theme,
  unknown
>

/** The choice of a language; takes effect at once. */
export function LanguageChoice({ labelHidden = false }: { labelHidden?: boolean }) {
  const t = useT()
  return (
    <Select
      label={t('language')}
      labelHidden={labelHidden}
      value={useLanguage()}
      onChange={(language) => attempt(choose({ language }))}
      options={LANGUAGES.map((language) => ({ value: language, label: LANGUAGE_NAMES[language] }))}
    />
  )
}

/** The choice of light, dark, or as the device has it; takes effect at once. */
export function ThemeChoice({ labelHidden = false }: { labelHidden?: boolean }) {
  const t = useT()
  const name = useId()
  const current = useTheme()
  return (
    <fieldset className={css.themes}>
      <legend className={labelHidden ? 'visually-hidden' : css.legend}>{t('theme')}</legend>
      <div className={css.segments}>
        {THEMES.map((theme) => (
          <label key={theme} title={t(THEME_NAMES[theme])}>
            <input
              type="radio"
              name={name}
              className={css.radio}
              checked={theme === current}
              onChange={() => attempt(choose({ theme }))}
            />
            <Icon of={THEME_ICONS[theme]} size={16} />
            <span className={labelHidden ? 'visually-hidden' : undefined}>{t(THEME_NAMES[theme])}</span>
          </label>
        ))}
      </div>
    </fieldset>
  )
}
