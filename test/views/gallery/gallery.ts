import { mount } from 'svelte';
import '../../../src/views/tokens.css';
import '../../../src/views/type.css';
import { language } from '../../../src/views/text/language.svelte.ts';
import Gallery from './Gallery.svelte';

const asked = new URLSearchParams(location.search);
document.documentElement.dataset['theme'] = asked.get('theme') === 'dark' ? 'dark' : 'light';
language.current = asked.get('language') === 'zh-CN' ? 'zh-CN' : 'en';
document.documentElement.lang = language.current;
const target = document.getElementById('gallery');
if (target) mount(Gallery, { target, props: { view: asked.get('view') ?? '' } });
