import { ChevronDown, Download, FolderInput, Pencil, Plus, Search, Trash2, Upload, Users } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { Problem } from '../../../core/errors.ts'
import { LEVELS } from '../../../core/visibility.ts'
import { Avatar, AvatarStack } from '../../../web/parts/avatar.tsx'
import { Breadcrumbs } from '../../../web/parts/breadcrumbs.tsx'
import { Button, ButtonLink, IconButton } from '../../../web/parts/button.tsx'
import { Checkbox } from '../../../web/parts/checkbox.tsx'
import { Chip } from '../../../web/parts/chip.tsx'
import { Dialog } from '../../../web/parts/dialog.tsx'
import { FileIcon } from '../../../web/parts/file-icon.tsx'
import { Form, FormProblem, SubmitButton } from '../../../web/parts/form.tsx'
import { LevelBadge } from '../../../web/parts/level-badge.tsx'
import { Menu, MenuItem } from '../../../web/parts/menu.tsx'
import { NewPasswordField } from '../../../web/parts/new-password-field.tsx'
import { PageHeader } from '../../../web/parts/page-header.tsx'
import { Popover } from '../../../web/parts/popover.tsx'
import { LanguageChoice, ThemeChoice } from '../../../web/parts/preferences.tsx'
import { EmptyState, ErrorState, Progress, Skeleton } from '../../../web/parts/states.tsx'
import { Tabs } from '../../../web/parts/tabs.tsx'
import { SearchField, TextField } from '../../../web/parts/text-field.tsx'
import { toast } from '../../../web/parts/toasts.tsx'
import css from './gallery.module.css'

function Shelf({ name, children }: { name: string; children: ReactNode }) {
  return (
    <section className={css.shelf}>
      <h2>{name}</h2>
      <div>{children}</div>
    </section>
  )
}

/** Every part, in its states. */
export function PartsExample() {
  const [search, setSearch] = useState('')
  const [open, setOpen] = useState<'delete' | 'rename' | null>(null)
  const close = () => setOpen(null)
  return (
    <>
      <PageHeader title="Parts" detail="Every piece in its states" />
      <Shelf name="Buttons">
        <Button look="primary" icon={Upload}>
          Add a file
        </Button>
        <Button icon={Plus}>Add a folder</Button>
        <Button look="quiet">Cancel</Button>
        <Button look="danger" icon={Trash2}>
          Delete
        </Button>
        <Button look="primary" busy>
          Saving
        </Button>
        <Button disabled>Not now</Button>
        <Button look="primary" size="large" icon={Plus}>
          Add
        </Button>
        <ButtonLink href="/parts">A link</ButtonLink>
        <IconButton icon={Search} label="Search" />
        <IconButton icon={Search} label="Search outlined" look="outlined" />
      </Shelf>
      <Shelf name="Overlays">
        <Menu label="Actions" trigger={<Button after={ChevronDown}>Actions</Button>}>
          <MenuItem icon={Download}>Download</MenuItem>
          <MenuItem icon={Pencil} onAction={() => setOpen('rename')}>
            Rename
          </MenuItem>
          <MenuItem icon={FolderInput} detail="To another folder">
            Move
          </MenuItem>
          <MenuItem icon={Trash2} danger onAction={() => setOpen('delete')}>
            Delete
          </MenuItem>
        </Menu>
        <Popover label="Visibility" trigger={<Button after={ChevronDown}>Visibility</Button>}>
          {(shut) => (
            <div className={css.panel}>
              <p>You and your client see this file.</p>
              <Button look="primary" onClick={shut}>
                Confirm
              </Button>
            </div>
          )}
        </Popover>
        <Button onClick={() => setOpen('delete')}>Dialog</Button>
        <Button onClick={() => toast({ text: '“Home exercises – knee.pdf” was added.' })}>Toast</Button>
        <Button
          onClick={() =>
            toast({
              text: 'Deleted.',
              action: { label: 'Undo', run: () => toast({ text: 'Back again.' }) },
              until: new Date(Date.now() + 10_000),
            })
          }
        >
          Toast with undo
        </Button>
        <Button onClick={() => toast({ tone: 'error', text: 'The name was refused. Nothing was changed.' })}>
          Toast of an error
        </Button>
        {open === 'delete' && (
          <Dialog
            title="Delete “Home exercises – knee.pdf”?"
            onClose={close}
            actions={
              <>
                <Button onClick={close}>Cancel</Button>
                <Button look="danger" onClick={close}>
                  Delete
                </Button>
              </>
            }
          >
            <p>This is permanent. Camille Tremblay will no longer see it.</p>
          </Dialog>
        )}
        {open === 'rename' && (
          <Form
            onSubmit={async () => {
              throw new Problem('name_characters')
            }}
          >
            <Dialog
              title="Rename"
              onClose={close}
              actions={
                <>
                  <Button onClick={close}>Cancel</Button>
                  <SubmitButton>Rename</SubmitButton>
                </>
              }
            >
              <TextField name="name" label="Name" defaultValue="Home exercises – knee.pdf" />
              <FormProblem />
            </Dialog>
          </Form>
        )}
      </Shelf>
      <Shelf name="Fields">
        <div className={css.column}>
          <Form
            onSubmit={async () => {
              throw new Problem('unavailable')
            }}
          >
            <TextField name="name" label="Name" hint="As the client writes it" required />
            <TextField
              name="email"
              type="email"
              label="E-mail"
              error="Somebody already uses this e-mail address."
            />
            <NewPasswordField />
            <FormProblem />
            <SubmitButton>Send</SubmitButton>
          </Form>
        </div>
        <div className={css.column}>
          <SearchField label="Search in these files" value={search} onChange={setSearch} />
          <LanguageChoice />
          <ThemeChoice />
          <div>
            <Checkbox defaultChecked>Léa Gagnon</Checkbox>
            <Checkbox>Marc-Antoine Roy</Checkbox>
            <Checkbox indeterminate>All</Checkbox>
          </div>
        </div>
      </Shelf>
      <Shelf name="People and words">
        <Avatar name="Camille Tremblay" size="small" />
        <Avatar name="Camille Tremblay" />
        <Avatar name="Émile" size="large" />
        <AvatarStack names={['Mariel Essiambre', 'Chloé Ouellet', 'Éric Xavier', 'Ana López', 'Bo Li']} />
        <Chip accent>New</Chip>
        <Chip>Invited</Chip>
        {LEVELS.map((level) => (
          <LevelBadge key={level} level={level} />
        ))}
        <LevelBadge level="client_sees" />
        <LevelBadge level="template" />
      </Shelf>
      <Shelf name="Files">
        {[null, 'application/pdf', 'image/png', 'video/mp4', 'audio/mpeg', 'application/zip', 'x/y'].map(
          (type) => (
            <FileIcon key={type} type={type} />
          ),
        )}
        <FileIcon type={null} size="large" />
      </Shelf>
      <Shelf name="Places">
        <Tabs
          label="Record"
          current="/files"
          tabs={[
            { href: '/files', label: 'Files' },
            { href: '/stakeholders', label: 'Stakeholders' },
          ]}
        />
        <Breadcrumbs
          label="Folder"
          path={[
            { href: '/a', name: 'Files' },
            { href: '/b', name: 'Programme for the whole of the winter and the spring' },
            { href: '/c', name: 'Weeks one to twelve, with everything that belongs to them' },
            { href: '/d', name: 'Knee' },
          ]}
        />
      </Shelf>
      <Shelf name="States">
        <div className={css.column}>
          <Progress value={0.4} label="Home exercises" />
          <Progress value={null} label="Preparing" />
          <Skeleton rows={3} />
        </div>
        <EmptyState icon={Users} title="No contacts yet" action={<Button look="primary">New client</Button>}>
          Your clients and groups stand here. Begin with a client.
        </EmptyState>
        <ErrorState error={new Problem('unavailable')} onRetry={() => toast({ text: 'Tried.' })} />
      </Shelf>
    </>
  )
}
