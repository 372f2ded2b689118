import svelte from 'eslint-plugin-svelte';
import tseslint from 'typescript-eslint';

const simulation = ['src/kernel/**', 'src/zookeeper/**', 'src/kafka/**', 'src/cluster/**', 'src/shell/**', 'src/scenarios/**'];
const clockAndChance = [
  { name: 'setTimeout', message: 'Simulated time only: env.setTimer.' },
  { name: 'setInterval', message: 'Simulated time only: env.setTimer.' },
  { name: 'performance', message: 'The real clock belongs to the app.' },
  { name: 'requestAnimationFrame', message: 'Frames belong to the app.' },
  { name: 'Date', message: 'The real clock belongs to the app; env.wallClockMs is the simulated one.' },
];

export default tseslint.config(
  { ignores: ['dist/**', 'node_modules/**', '.cache/**', '.svelte-kit/**', 'test/captures/**', '.dependency-cruiser.cjs'] },
  ...tseslint.configs.recommended,
  ...svelte.configs['flat/recommended'],
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: tseslint.parser, extraFileExtensions: ['.svelte'] } },
  },
  {
    files: ['src/**/*.ts', 'test/**/*.ts', 'scripts/**/*.ts'],
    languageOptions: { parserOptions: { project: './tsconfig.json' } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
    },
  },
  {
    rules: {
      eqeqeq: 'error',
      'no-undef': 'off',
      'prefer-const': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-this-alias': ['error', { allowedNames: ['bench'] }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
  {
    // Props are declared with `let` in runes.
    files: ['**/*.svelte', '**/*.svelte.ts'],
    rules: {
      'prefer-const': 'off',
      // svelte-check judges these comments; the plugin reads the reasons in brackets as more of them.
      'svelte/no-unused-svelte-ignore': 'off',
      // What is not drawn needs no reactive collection.
      'svelte/prefer-svelte-reactivity': 'off',
      'svelte/prefer-const': ['error', { excludedRunes: ['$props', '$derived', '$bindable'] }],
    },
  },
  { files: simulation, rules: { 'no-restricted-globals': ['error', ...clockAndChance] } },
);
