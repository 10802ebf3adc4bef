import { useT } from '../../i18n.ts'
import { late } from '../../parts/late.tsx'
import { PageHeader } from '../../parts/page-header.tsx'
import { Tabs } from '../../parts/tabs.tsx'
import { useProfessional } from '../../session.ts'
import { NotFoundPage } from '../not-found.tsx'
import { Branches } from './branches.tsx'
import { CompanySettings } from './company-settings.tsx'
import { DeletedFiles } from './deleted-files.tsx'
import { People } from './people.tsx'
import { ScannerNote } from './scanner-note.tsx'

const Audit = late(() => import('./audit.tsx').then((tab) => tab.Audit))

const FileCheck = late(() => import('./file-check.tsx').then((tab) => tab.FileCheck))

export type AdministrationTab = 'people' | 'branches' | 'company' | 'audit' | 'deleted' | 'check'

const OF_COMPANY: readonly AdministrationTab[] = ['company', 'deleted', 'check']

/** The people, branches and settings of the company, or of one's own branches. */
export function AdministrationPage({ tab }: { tab: AdministrationTab }) {
  const t = useT()
  const { can, company } = useProfessional()
  if (!can.administer || (OF_COMPANY.includes(tab) && !can.administerCompany)) return <NotFoundPage />
  const home = '/administration'
  return (
    <>
      <PageHeader title={t('admin')} detail={company.name} />
      <Tabs
        label={t('admin_parts')}
        current={tab === 'people' ? home : `${home}/${tab}`}
        tabs={[
          { href: home, label: t('admin_people') },
          { href: `${home}/branches`, label: t('admin_branches') },
          ...(can.administerCompany
            ? [
                { href: `${home}/company`, label: t('admin_company') },
                { href: `${home}/deleted`, label: t('admin_deleted') },
                { href: `${home}/check`, label: t('admin_check') },
              ]
            : []),
          { href: `${home}/audit`, label: t('admin_audit') },
        ]}
      />
      <ScannerNote />
      {tab === 'people' && <People />}
      {tab === 'branches' && <Branches />}
      {tab === 'company' && <CompanySettings />}
      {tab === 'deleted' && <DeletedFiles />}
      {tab === 'check' && <FileCheck />}
      {tab === 'audit' && <Audit />}
    </>
  )
}
