/** What the contract doesn't hold: bytes and uploads. Written by hand, and compared with the routes by a test. */

const itemId = {
  name: 'itemId',
  in: 'path',
  required: true,
  schema: { type: 'string', format: 'uuid' },
}
const uploadId = { ...itemId, name: 'uploadId' }
const tus = { name: 'Tus-Resumable', in: 'header', required: true, schema: { const: '1.0.0' } }
const offset = {
  name: 'Upload-Offset',
  in: 'header',
  required: true,
  description: 'Bytes that are durable already, as HEAD tells.',
  schema: { type: 'integer' },
}
const conditions = ['If-None-Match', 'If-Match', 'If-Modified-Since', 'If-Unmodified-Since'].map((name) => ({
  name,
  in: 'header',
  schema: { type: 'string' },
}))
const ranges = ['Range', 'If-Range'].map((name) => ({ name, in: 'header', schema: { type: 'string' } }))
const bytes = { content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } } }
const PLACE = [
  ['spaceId', 'Whose files; a client’s own is known.'],
  ['parentId', 'The folder, unless the root.'],
  ['level', 'For professionals, unless the company’s own.'],
  ['branchId', 'For professionals, unless the first of those shared.'],
  ['audience', 'For clients, ids of professionals with commas, unless all.'],
]
const placeInQuery = PLACE.map(([name, description]) => ({
  name,
  in: 'query',
  description,
  schema: { type: 'string' },
}))
const checksum = {
  name: 'Upload-Checksum',
  in: 'header',
  description:
    'As in tus, by sha1, sha256 or md5: `checksum_mismatch`, and none of these bytes counts, should they be others.',
  schema: { type: 'string' },
}
const whole = { description: 'The bytes, of the type found in them', ...bytes }
const progress = {
  'Upload-Offset': { description: 'Bytes that are durable.', schema: { type: 'integer' } },
  'Upload-Expires': { description: 'When an unfinished upload is given up.', schema: { type: 'string' } },
  'Carnet-Item': {
    description: 'The file that the upload has become, once it is complete.',
    schema: { type: 'string', format: 'uuid' },
  },
  'Carnet-Folder': {
    description: 'Where that file was made, or `root`: there too when its folder was gone by then.',
    schema: { type: 'string' },
  },
}
const formResults = {
  'application/json': {
    schema: {
      type: 'object',
      required: ['files'],
      properties: {
        files: {
          type: 'array',
          description: 'In the order of the form.',
          items: {
            type: 'object',
            required: ['name'],
            properties: {
              name: { type: 'string' },
              item: { $ref: '#/components/schemas/Item' },
              problem: { $ref: '#/components/schemas/Problem' },
            },
          },
        },
      },
    },
  },
}
const download = {
  tags: ['bytes'],
  parameters: [
    itemId,
    { name: 'inline', in: 'query', description: 'To be shown instead of saved: audio, video, PDF and text.' },
    ...conditions,
    ...ranges,
  ],
  responses: {
    200: whole,
    206: { description: 'The part asked for; one range only', ...bytes },
    304: { description: 'Not changed' },
  },
}
const preview = {
  tags: ['bytes'],
  parameters: [
    itemId,
    { name: 'variant', in: 'path', required: true, schema: { enum: ['thumb', 'view', 'pages'] } },
    ...conditions,
  ],
  responses: { 200: whole, 304: { description: 'Not changed' } },
}

export const OTHER_OPERATIONS = [
  {
    method: 'get',
    path: '/api/items/{itemId}/content',
    operationId: 'bytes.content',
    summary: 'Download a file',
    ...download,
  },
  {
    method: 'get',
    path: '/api/items/{itemId}/preview/{variant}',
    operationId: 'bytes.preview',
    summary:
      'A small image of a file, re-encoded and without metadata; of an office file its pages too, as a PDF',
    ...preview,
  },
  {
    method: 'get',
    path: '/api/zip',
    operationId: 'bytes.zip',
    summary: 'Several files and folders as one ZIP, with only what the caller sees',
    tags: ['bytes'],
    parameters: [
      {
        name: 'ids',
        in: 'query',
        required: true,
        description: 'Of at most 200 items, separated by commas',
        schema: { type: 'string' },
      },
    ],
    responses: {
      200: {
        description:
          'Written while it is sent: it has no length, and breaks off should the caller lose access',
        content: { 'application/zip': { schema: { type: 'string', format: 'binary' } } },
      },
    },
  },
  {
    method: 'get',
    path: '/api/audit/export',
    operationId: 'audit.export',
    summary: 'What `listEntries` lists, whole, as CSV (RFC 4180); written down in the log itself',
    tags: ['audit'],
    parameters: ['professionalId', 'clientId', 'groupId', 'kind', 'from', 'until'].map((name) => ({
      name,
      in: 'query',
      schema: { type: 'string' },
    })),
    responses: {
      200: { description: 'Newest first', content: { 'text/csv': { schema: { type: 'string' } } } },
    },
  },
  {
    method: 'options',
    path: '/api/uploads',
    operationId: 'uploads.describe',
    summary: 'What uploads can do: tus 1.0 (https://tus.io)',
    tags: ['uploads'],
    responses: {
      204: { description: 'Tus-Version, Tus-Extension, Tus-Checksum-Algorithm and Tus-Max-Size' },
    },
  },
  {
    method: 'post',
    path: '/api/uploads',
    operationId: 'uploads.create',
    summary: 'Begin an upload',
    tags: ['uploads'],
    parameters: [
      tus,
      {
        name: 'Upload-Length',
        in: 'header',
        required: true,
        description: 'Bytes of the whole file.',
        schema: { type: 'integer', minimum: 1 },
      },
      {
        name: 'Upload-Metadata',
        in: 'header',
        required: true,
        description:
          'As in tus, values in base64: `filename`; `spaceId` (a client’s own is known); `parentId`, the folder, unless the root; for professionals `level` and `branchId`; for clients `audience`, ids of professionals with commas, unless all. Nothing else.',
        schema: { type: 'string' },
      },
    ],
    responses: {
      201: {
        description: 'Where to send the bytes',
        headers: { ...progress, Location: { schema: { type: 'string' } } },
      },
    },
  },
  {
    method: 'head',
    path: '/api/uploads/{uploadId}',
    operationId: 'uploads.progress',
    summary: 'How far an upload of one’s own has come',
    tags: ['uploads'],
    parameters: [uploadId, tus],
    responses: { 200: { description: 'The offset to go on from', headers: progress } },
  },
  {
    method: 'patch',
    path: '/api/uploads/{uploadId}',
    operationId: 'uploads.append',
    summary: 'Send bytes from the offset on; with the last ones the file appears',
    tags: ['uploads'],
    parameters: [uploadId, tus, offset, checksum],
    requestBody: {
      required: true,
      content: { 'application/offset+octet-stream': { schema: { type: 'string', format: 'binary' } } },
    },
    responses: { 204: { description: 'The bytes are durable', headers: progress } },
  },
  {
    method: 'delete',
    path: '/api/uploads/{uploadId}',
    operationId: 'uploads.terminate',
    summary: 'Give an upload up',
    tags: ['uploads'],
    parameters: [uploadId, tus],
    responses: { 204: { description: 'Its bytes are gone' } },
  },
  {
    method: 'post',
    path: '/api/files',
    operationId: 'uploads.post',
    summary: 'Add many small files at once, as `curl -F` does; each is added, or refused by itself',
    tags: ['uploads'],
    parameters: placeInQuery,
    requestBody: {
      required: true,
      description:
        'At most 100 files in 4 MB, under any names of fields. A form that is cut off adds nothing. With `Expect: 100-continue` a refusal of the place comes before it.',
      content: {
        'multipart/form-data': {
          schema: {
            type: 'object',
            properties: { file: { type: 'array', items: { type: 'string', format: 'binary' } } },
          },
        },
      },
    },
    responses: {
      201: { description: 'All were added, which is durable', content: formResults },
      207: {
        description: 'Some were added, or none: each that wasn’t has its `problem`',
        content: formResults,
      },
    },
  },
  {
    method: 'put',
    path: '/api/files/{name}',
    operationId: 'uploads.put',
    summary: 'Add a file in a single request, as `curl -T` does; what is cut off leaves nothing',
    tags: ['uploads'],
    parameters: [
      {
        ...itemId,
        name: 'name',
        description: 'What the file is to be called. Names need not be unique: each request adds a file.',
        schema: { type: 'string' },
      },
      ...placeInQuery,
      {
        name: 'Content-Length',
        in: 'header',
        required: true,
        description: 'Bytes of the whole file; `length_required` without.',
        schema: { type: 'integer', minimum: 1 },
      },
      ...['Content-Digest', 'Repr-Digest'].map((name) => ({
        name,
        in: 'header',
        description: 'As in RFC 9530, by sha-512, sha-256, sha or md5: other bytes are `checksum_mismatch`.',
        schema: { type: 'string' },
      })),
    ],
    requestBody: {
      required: true,
      description:
        'The bytes. With `Expect: 100-continue` a refusal comes before them: of a place, a name, a quota.',
      ...bytes,
    },
    responses: {
      201: {
        description: 'The file, which is durable',
        headers: { Location: { schema: { type: 'string' } } },
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Item' } } },
      },
    },
  },
  {
    method: 'get',
    path: '/api/openapi.json',
    operationId: 'api.describe',
    summary: 'This document',
    tags: ['service'],
    security: [],
    responses: { 200: { description: 'OpenAPI 3.1', content: { 'application/json': {} } } },
  },
  {
    method: 'get',
    path: '/healthz',
    operationId: 'service.health',
    summary: 'Whether the database and the blob store answer',
    tags: ['service'],
    security: [],
    responses: {
      200: {
        description: 'They do; degraded where the malware scanner that is set doesn’t',
        content: {
          'application/json': {
            schema: { type: 'object', properties: { status: { enum: ['ok', 'degraded'] } } },
          },
        },
      },
    },
  },
]
