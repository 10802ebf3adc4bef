import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { X } from 'lucide-react'
import { useDeferredValue, useState } from 'react'
import { ComboBox, Input, Label, ListBox, ListBoxItem, Popover } from 'react-aria-components/ComboBox'
import type { AuditSubject } from '../../../core/api/audit.ts'
import { api } from '../../api.ts'
import { useT } from '../../i18n.ts'
import { IconButton } from '../../parts/button.tsx'
import fields from '../../parts/field.module.css'
import menu from '../../parts/menu.module.css'
import css from './audit.module.css'

/** A professional, client or group, found by typing a part of the name; empty for everybody. */
export function SubjectField({
  chosen,
  onChoose,
}: {
  chosen: AuditSubject | null
  onChoose: (subject: AuditSubject | null) => void
}) {
  const t = useT()
  const [text, setText] = useState('')
  const search = useDeferredValue(text.trim())
  const found = useQuery(
    api.audit.listSubjects.queryOptions({
      input: search && search !== chosen?.name ? { search } : {},
      placeholderData: keepPreviousData,
    }),
  )
  return (
    <ComboBox
      className={fields.field ?? ''}
      items={found.data ?? []}
      inputValue={text}
      onInputChange={(next) => {
        setText(next)
        if (next === '' && chosen) onChoose(null)
      }}
      value={chosen?.id ?? null}
      onChange={(id) => onChoose(found.data?.find((one) => one.id === id) ?? null)}
      allowsEmptyCollection
    >
      <Label className={fields.label ?? ''}>{t('audit_subject')}</Label>
      <div className={fields.around}>
        <Input className={fields.control ?? ''} placeholder={t('audit_subject_all')} />
        {chosen && (
          <IconButton
            className={fields.trailing}
            icon={X}
            label={t('search_clear')}
            onClick={() => {
              setText('')
              onChoose(null)
            }}
          />
        )}
      </div>
      <Popover className={css.popover ?? ''} offset={6}>
        <ListBox
          className={css.found ?? ''}
          renderEmptyState={() => <p className={css.nobody}>{t('audit_subject_none')}</p>}
        >
          {(one: AuditSubject) => (
            <ListBoxItem id={one.id} textValue={one.name} className={menu.item ?? ''}>
              <span className={menu.words}>{one.name}</span>
              <span className={css.kind}>{t(`audit_is_${one.kind}`)}</span>
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </ComboBox>
  )
}
