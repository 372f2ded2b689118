/** What the visitor chose and keeps: language and theme. Nothing else is stored, and nothing leaves the browser. */
export type Theme = 'light' | 'dark';

export interface Preferences {
  readonly language: 'en' | 'zh-CN';
  readonly theme: Theme;
}

const KEY = 'kafka-cluster-lab';

function stored(): Partial<Preferences> {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    // Storage can be forbidden or hold nonsense; then there are no preferences.
    return {};
  }
}

export function remembered(): Preferences {
  const { language, theme } = stored();
  return {
    language: language === 'en' || language === 'zh-CN' ? language : navigator.language.toLowerCase().startsWith('zh') ? 'zh-CN' : 'en',
    theme: theme === 'light' || theme === 'dark' ? theme : matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light',
  };
}

export function remember(preferences: Preferences): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(preferences));
  } catch {
    // As above.
  }
}
