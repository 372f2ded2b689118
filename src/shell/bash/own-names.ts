/** Commands that only the shell itself can carry out. */
export const OWN_NAMES = ['.', 'eval', 'let', 'local', 'read', 'return', 'set', 'shift', 'source'] as const;

export type OwnName = (typeof OWN_NAMES)[number];
