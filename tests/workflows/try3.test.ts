import { NativeConnection, Runtime, DefaultLogger } from '@temporalio/worker';
import { Client, Connection, isGrpcServiceError, WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import { connectTemporal, withTimeout } from '../../common/temporal';
import { devServer } from '../support/servers';
import { bundlePath, dataConverter } from './support/bundle';
import { MemoryInbox, MemoryJournal } from './support/memory';
import { createWorker } from '../../worker/worker';
import { CLERK, openingOf, URGENT, text } from '../domain/support';

jest.setTimeout(60000);
test('race', async () => {
  Runtime.install({ logger: new DefaultLogger('WARN') });
  const server = await devServer();
  const connection = await NativeConnection.connect({ address: server.address });
  const conn = await Connection.connect({ address: server.address, interceptors: [] }); const client = new Client({ connection: conn, dataConverter }); const close = () => conn.close();
  const journal = new MemoryJournal();
  const inbox = new MemoryInbox();
  const worker = await createWorker({ connection, namespace: 'default', taskQueue: 'q', dataConverter, bundle: { codePath: await bundlePath() }, activities: { writeJournal: journal.writeJournal, notify: inbox.notify } });
  const running = worker.run();
  const errors = new Map<string, number>();
  try {
    const at = Date.now();
    await client.workflow.start('complaintWorkflow', { taskQueue: 'q', workflowId: 'C-1', args: [{ startKey: 'k', bodyHash: 'h', rollOverAt: 30, opening: openingOf({ ...URGENT, no: 'C-1', at }) }] });
    let n = 0;
    const loop = async (k: number) => {
      while (Date.now() - at < 8000) {
        n += 1;
        const id = `n${k}-${n}`;
        const t = Date.now();
        try {
          await withTimeout(conn, 5000, () => client.workflow.getHandle('C-1').executeUpdate('note', { updateId: id, args: [{ id, bodyHash: 'b', by: CLERK, data: { text: text(id) } }] }));
        } catch (e: any) {
          const key = `${e.constructor.name} ${e.message} | cause ${e.cause?.constructor?.name} ${e.cause?.code ?? ''} ${e.cause?.type ?? ''} ${e.cause?.details ?? ''} ${e.cause?.message}`;
          errors.set(key, (errors.get(key) ?? 0) + 1);
        }
        if (Date.now() - t > 1500) console.log('slow', id, Date.now() - t);
      }
    };
    await Promise.all(Array.from({ length: 8 }, (_, k) => loop(k)));
    const d = await client.workflow.getHandle('C-1').describe();
    console.log(n, [...errors], journal.events('C-1').length, d.historyLength, d.runId);
    let runs = 0;
    for await (const w of client.workflow.list({ query: "WorkflowId='C-1'" })) runs += 1;
    console.log('runs', runs);
    expect(journal.events('C-1').map((e) => e.seq)).toEqual(journal.events('C-1').map((_, i) => i + 1));
    const notes = journal.events('C-1').filter((e) => e.type === 'noted').map((e) => (e.data as any).text.ref);
    console.log('notes', notes.length, new Set(notes).size);
  } finally {
    worker.shutdown(); await running; await close(); await connection.close(); await server.stop();
  }
});
