import { interleave } from '../measure/rounds.ts';
import type { FollowerCommands } from '../processes/follower.ts';
import type { Row } from './row.ts';

/** Slow enough that the log has nearly as many parts as tokens. */
const PACE = 2;

export const clientPackage: Row = {
  title: 'text read by polyphony-client, against graphql-ws alone',
  async run(stage) {
    const { url, token } = await stage.polyphony();
    const model = `gpt-4o@tokens=${stage.quick ? 1000 : 2000},itl=${PACE}`;
    const taskId = await stage.load.call('createTask', { url, token, model });
    const follower = stage.fork<FollowerCommands>('follower.ts');
    const read = (name: 'client' | 'bare', times: number) => () =>
      follower.call(name, { url, token, taskId, times });
    // The first reading waits for the end of the task.
    await interleave(2, read('client', 3), read('bare', 3));
    const times = stage.quick ? 10 : 30;
    const rounds = await interleave(stage.quick ? 3 : 5, read('client', times), read('bare', times));
    return [{ what: 'CPU of the front end per part of text', unit: 'µs', ...rounds, comparison: 'ratio' }];
  },
};
