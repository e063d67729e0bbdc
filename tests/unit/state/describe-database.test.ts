import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeDatabase } from '@triad/shared/state/postgres-database.ts';

test('a database is described by where it is, without its password', () => {
  const socket = '/cloudsql/shop:europe-west1:triad-dev';
  const described = {
    'postgres://triad:secret@db:5432/triad': 'db:5432/triad',
    'postgres://triad:secret@db/triad?query_timeout=60000': 'db/triad',
    'postgres://triad:secret@localhost/triad?host=db': 'db/triad',
    [`postgres://triad:secret@localhost/triad?host=${socket}`]: `triad in ${socket}`,
    [`postgres://triad:secret@localhost/?host=${socket}`]: socket,
    [`postgres://triad:secret@${encodeURIComponent(socket)}/triad`]: `triad in ${socket}`,
  };
  for (const [url, text] of Object.entries(described)) assert.equal(describeDatabase(url), text);
});
