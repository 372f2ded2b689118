/** Import directions of the layers: each may import itself and those above it, never below. */
const layers = ['kernel', 'zookeeper', 'kafka', 'cluster', 'shell', 'scenarios', 'views', 'app'];
const allowed = {
  kernel: [],
  zookeeper: ['kernel'],
  kafka: ['kernel', 'zookeeper'],
  cluster: ['kernel', 'zookeeper', 'kafka'],
  shell: ['kernel', 'zookeeper', 'kafka', 'cluster'],
  scenarios: ['cluster'],
  views: ['kernel', 'zookeeper', 'kafka', 'cluster', 'scenarios'],
  app: ['kernel', 'zookeeper', 'kafka', 'cluster', 'shell', 'scenarios', 'views'],
};

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } } },
    { name: 'product-does-not-import-tests', severity: 'error', from: { path: '^src' }, to: { path: '^(test|scripts)' } },
    ...layers.map((layer) => ({
      name: `${layer}-imports-only-what-stands-above`,
      severity: 'error',
      from: { path: `^src/${layer}/` },
      to: { path: '^src/', pathNot: `^src/(${[layer, ...allowed[layer]].join('|')})/` },
    })),
    {
      name: 'a-handler-does-not-import-a-handler',
      severity: 'error',
      from: { path: '^src/kafka/broker/handlers/', pathNot: '/(index|shared)\\.ts$' },
      to: { path: '^src/kafka/broker/handlers/', pathNot: '/shared\\.ts$' },
    },
    {
      name: 'an-operation-does-not-import-an-operation',
      severity: 'error',
      from: { path: '^src/zookeeper/operations/', pathNot: '/(index|shared)\\.ts$' },
      to: { path: '^src/zookeeper/operations/', pathNot: '/shared\\.ts$' },
    },
    {
      name: 'only-machines-import-xstate',
      severity: 'error',
      from: { path: '^src/(zookeeper|kafka|cluster|shell|scenarios)/', pathNot: '\\.machine\\.ts$' },
      to: { path: 'node_modules/xstate', dependencyTypesNot: ['type-only'] },
    },
    { name: 'only-views-import-d3', severity: 'error', from: { path: '^src/', pathNot: '^src/views/' }, to: { path: 'node_modules/d3' } },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { extensions: ['.ts', '.svelte', '.js', '.json'] },
  },
};
