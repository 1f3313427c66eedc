import { runs } from '../../resolvers/runs/list-runs.ts';
import { builder } from '../builder/builder.ts';
import { taskColumns } from '../builder/listed-columns.ts';
import { runPageCost } from '../builder/page-cost.ts';
import { RunInterface } from './run.ts';
import { RunFilter, runListArguments, withLocalIds } from './run-filter.ts';

export const RunConnection = builder.connectionObject(
  { type: RunInterface, name: 'RunConnection', description: 'A page of runs.' },
  { name: 'RunEdge', description: 'A run with its position in a list.' },
);

builder.queryField('runs', (t) =>
  t.connection(
    {
      type: RunInterface,
      nullable: true,
      description:
        "The viewer's tasks, executions, orchestrations and bulk operations in one list, without the tasks of executions. `first`: 0 to 100, or `last`: 1 to 100; default 20.",
      complexity: runPageCost,
      args: {
        ...runListArguments,
        filter: t.arg({
          type: RunFilter,
          description: 'Only items that match all of its fields; null matches everything.',
        }),
      },
      resolve: (_root, { filter, ...page }, context, info) => {
        const { kinds, ...wanted } = withLocalIds(filter) ?? {};
        return runs(context, { ...page, kinds, filter: wanted }, taskColumns(info));
      },
    },
    RunConnection,
  ),
);
