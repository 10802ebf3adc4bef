import { buffer } from 'node:stream/consumers'
import yazl from 'yazl'

// Small office files, made here so that none has to be stored.

async function zip(files: Record<string, string>): Promise<Buffer> {
  const made = new yazl.ZipFile()
  for (const [name, text] of Object.entries(files))
    made.addBuffer(Buffer.from(text), name, { compress: false })
  made.end()
  return await buffer(made.outputStream)
}

const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const MAIN = 'application/vnd.openxmlformats-officedocument'

function openXml(kind: string, part: string, files: Record<string, string>): Promise<Buffer> {
  const types = Object.keys(files)
    .filter((name) => name.endsWith('.xml'))
    .map((name) => `<Override PartName="/${name}" ContentType="${MAIN}.${typeOf(name, kind)}+xml"/>`)
  return zip({
    '[Content_Types].xml': `${XML}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>${types.join('')}</Types>`,
    '_rels/.rels': relations({ officeDocument: part }),
    ...files,
  })
}

const typeOf = (name: string, kind: string) =>
  name.includes('/slide')
    ? 'presentationml.slide'
    : name.includes('/sheet')
      ? 'spreadsheetml.worksheet'
      : kind

function relations(targets: Record<string, string>): string {
  const all = Object.entries(targets).map(
    ([type, target], index) =>
      `<Relationship Id="r${index + 1}" Type="${OFFICE}/${type}" Target="${target}"/>`,
  )
  return `${XML}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${all.join('')}</Relationships>`
}

export const docx = (text: string) =>
  openXml('wordprocessingml.document.main', 'word/document.xml', {
    'word/document.xml': `${XML}<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:rPr><w:sz w:val="96"/></w:rPr><w:t>${text}</w:t></w:r></w:p></w:body></w:document>`,
  })

export const xlsx = (text: string) =>
  openXml('spreadsheetml.sheet.main', 'xl/workbook.xml', {
    'xl/workbook.xml': `${XML}<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="${OFFICE}"><sheets><sheet name="One" sheetId="1" r:id="r1"/></sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': relations({ worksheet: 'worksheets/sheet1.xml' }),
    'xl/worksheets/sheet1.xml': `${XML}<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>${text}</t></is></c></row></sheetData></worksheet>`,
  })

const DRAWING = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
const SLIDES = 'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'

export const pptx = (text: string) =>
  openXml('presentationml.presentation.main', 'ppt/presentation.xml', {
    'ppt/presentation.xml': `${XML}<p:presentation ${SLIDES} xmlns:r="${OFFICE}"><p:sldIdLst><p:sldId id="256" r:id="r1"/></p:sldIdLst><p:sldSz cx="9144000" cy="6858000"/><p:notesSz cx="6858000" cy="9144000"/></p:presentation>`,
    'ppt/_rels/presentation.xml.rels': relations({ slide: 'slides/slide1.xml' }),
    'ppt/slides/slide1.xml': `${XML}<p:sld ${SLIDES} ${DRAWING}><p:cSld><p:spTree><p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/><p:sp><p:nvSpPr><p:cNvPr id="2" name="T"/><p:cNvSpPr/><p:nvPr/></p:nvSpPr><p:spPr><a:xfrm><a:off x="900000" y="900000"/><a:ext cx="7000000" cy="2000000"/></a:xfrm><a:prstGeom prst="rect"/></p:spPr><p:txBody><a:bodyPr/><a:p><a:r><a:rPr sz="6000"/><a:t>${text}</a:t></a:r></a:p></p:txBody></p:sp></p:spTree></p:cSld></p:sld>`,
  })

const NAMES =
  'office text table drawing presentation'
    .split(' ')
    .map((name) => `xmlns:${name}="urn:oasis:names:tc:opendocument:xmlns:${name}:1.0"`)
    .join(' ') +
  ' xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0" xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" xmlns:xlink="http://www.w3.org/1999/xlink"'

/** `body` goes where its kind has its content. */
export function openDocument(kind: 'text' | 'spreadsheet' | 'presentation', body: string): Promise<Buffer> {
  const type = `application/vnd.oasis.opendocument.${kind}`
  return zip({
    mimetype: type,
    'META-INF/manifest.xml': `${XML}<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><manifest:file-entry manifest:full-path="/" manifest:media-type="${type}"/><manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>`,
    'content.xml': `${XML}<office:document-content ${NAMES} office:version="1.2"><office:body><office:${kind}>${body}</office:${kind}></office:body></office:document-content>`,
  })
}
