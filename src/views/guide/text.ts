import { defineText } from '../text/define.ts';

export const text = defineText({
  en: {
    where: (minutes: number, step: number, of: number) => `${minutes} minute${minutes === 1 ? '' : 's'} · step ${step} of ${of}`,
    goal: 'Goal',
    bet: 'Your prediction',
    betFirst: 'Choose first: the run decides.',
    state: { done: 'done', now: 'now', todo: 'to come' },
    goalState: { kept: 'kept', owed: 'owed', broken: 'broken', neverMade: 'never made' },
    experiments: 'Worth trying',
    lessons: 'Lessons',
    free: 'Free play',
    models: 'Models Kafka 2.3.0, ZooKeeper 3.7.0.',
    simplified: 'What is simplified',
    takeHome: 'Take it home',
    done: 'done',
  },
  'zh-CN': {
    where: (minutes, step, of) => `${minutes} 分钟 · 第 ${step} 步，共 ${of} 步`,
    goal: '目标',
    bet: '你的预测',
    betFirst: '先下注，再让运行结果说话。',
    state: { done: '已完成', now: '当前', todo: '待完成' },
    goalState: { kept: '守住', owed: '尚欠', broken: '违背', neverMade: '未曾承诺' },
    experiments: '值得一试',
    lessons: '课程',
    free: '自由探索',
    models: '模拟 Kafka 2.3.0 与 ZooKeeper 3.7.0。',
    simplified: '简化了什么',
    takeHome: '带走这套部署',
    done: '已完成',
  },
});
