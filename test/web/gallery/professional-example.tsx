import { Eye, FolderPlus, List, Lock, Search, Upload } from 'lucide-react'
import { useEffect } from 'react'
import { useFormat } from '../../../web/i18n.ts'
import { AvatarStack } from '../../../web/parts/avatar.tsx'
import { Button, IconButton } from '../../../web/parts/button.tsx'
import { Chip } from '../../../web/parts/chip.tsx'
import { FileIcon } from '../../../web/parts/file-icon.tsx'
import { Icon } from '../../../web/parts/icon.tsx'
import { LevelBadge } from '../../../web/parts/level-badge.tsx'
import { PageHeader } from '../../../web/parts/page-header.tsx'
import { Tabs } from '../../../web/parts/tabs.tsx'
import { toast } from '../../../web/parts/toasts.tsx'
import css from './gallery.module.css'

const day = (days: number) => new Date(Date.now() - days * 86_400_000)
const ROWS = [
  { name: 'Programme', type: null, owner: 'You', level: 'client_sees', added: day(9), size: '3 items' },
  { name: 'Assessments', type: null, owner: '—', level: 'template', added: day(24), size: '5 items' },
  {
    name: 'Home exercises – knee.pdf',
    type: 'application/pdf',
    owner: 'You',
    level: 'me_client',
    added: day(0),
    size: 1.2e6,
  },
  {
    name: 'Posture front.heic',
    type: 'image/heic',
    owner: 'Client',
    level: 'everybody',
    added: day(1),
    size: 3.4e6,
  },
  {
    name: 'Squat technique.mov',
    type: 'video/quicktime',
    owner: 'You',
    level: 'company_client',
    added: day(3),
    size: 84e6,
  },
  {
    name: 'Referral – Dr’s letter.pdf',
    type: 'application/pdf',
    owner: 'Colleague',
    level: 'company',
    added: day(7),
    size: 220e3,
  },
  {
    name: 'Gait analysis 2.jpg',
    type: 'image/jpeg',
    owner: 'You',
    level: 'me',
    added: day(400),
    size: 5.1e6,
  },
] as const

/** A professional's Files as in the picture, to see the parts together. */
export function ProfessionalExample() {
  const format = useFormat()
  useEffect(
    () =>
      toast({
        text: '“Home exercises – knee.pdf” was added.',
        action: { label: 'Change who sees it', run: () => undefined },
        until: new Date(Date.now() + 3_600_000),
      }),
    [],
  )
  return (
    <>
      <PageHeader
        title="Camille Tremblay"
        avatar
        detail="Laval branch · with you since March 2025"
        actions={
          <>
            <AvatarStack names={['Mariel Essiambre', 'Chloé Ouellet', 'Éric Xavier']} />
            <Button look="quiet" icon={Eye}>
              View as client
            </Button>
          </>
        }
      />
      <Tabs
        label="Record"
        current="/professional"
        tabs={[
          { href: '/professional', label: 'Files' },
          { href: '/stakeholders', label: 'Stakeholders' },
        ]}
      />
      <div className={css.toolbar}>
        <h2>Files</h2>
        <IconButton icon={Search} label="Search" />
        <IconButton icon={List} label="List" />
        <Button icon={FolderPlus}>Add a folder</Button>
        <Button icon={Upload} look="primary">
          Add a file
        </Button>
      </div>
      <table className={css.table}>
        <thead>
          <tr>
            <th>Name</th>
            <th>Owner</th>
            <th>Visibility</th>
            <th>Added</th>
            <th className={css.right}>Size</th>
          </tr>
        </thead>
        <tbody>
          {ROWS.map((row) => (
            <tr key={row.name}>
              <td>
                <span className={css.name}>
                  <FileIcon type={row.type} />
                  <span>{row.name}</span>
                  {row.owner === '—' && <Icon of={Lock} size={14} />}
                  {row.owner === 'Client' && <Chip accent>New</Chip>}
                </span>
              </td>
              <td>{row.owner}</td>
              <td>
                <LevelBadge level={row.level} />
              </td>
              <td>{format.date(row.added)}</td>
              <td className={css.right}>{typeof row.size === 'number' ? format.size(row.size) : row.size}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  )
}
