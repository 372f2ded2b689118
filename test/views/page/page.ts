/** The page on the sample frame: `/test/views/page/index.html?theme=dark&language=zh-CN&brokers=5&messages=300&projector=1&empty=1`. */
import { mount } from 'svelte';
import '../../../src/views/tokens.css';
import '../../../src/views/type.css';
import { language } from '../../../src/views/text/language.svelte.ts';
import { watchViewport } from '../../../src/views/layout/viewport.svelte.ts';
import Sample from './Sample.svelte';

const query = new URLSearchParams(location.search);
document.documentElement.dataset['theme'] = query.get('theme') ?? 'light';
language.current = query.get('language') === 'zh-CN' ? 'zh-CN' : 'en';
document.documentElement.lang = language.current;
watchViewport(window);
const target = document.getElementById('page');
if (target) {
  mount(Sample, {
    target,
    props: {
      brokers: Number(query.get('brokers') ?? 3),
      servers: Number(query.get('servers') ?? 3),
      partitions: Number(query.get('partitions') ?? 3),
      messages: Number(query.get('messages') ?? 0),
      projector: query.has('projector'),
      free: query.has('free'),
    },
  });
}
