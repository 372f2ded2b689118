/** Java and Docker: what the host brings along, a network and an image. */
import type { Chapter } from './document.ts';

export const docker: Chapter = {
  id: 'docker',
  title: { en: 'Java, Docker, a network, an image', 'zh-CN': 'Java、Docker、网络和镜像' },
  headline: { en: 'A bare host: first Docker, then a network and an image.', 'zh-CN': '一台空主机：先启动 Docker，再备好网络和镜像。' },
  subline: { en: 'Nothing runs yet. Whatever is drawn here will have been typed.', 'zh-CN': '现在什么都没运行；以后画出来的，都是敲出来的。' },
  blocks: [
    {
      type: 'command',
      text: {
        en: 'Kafka 2.3.0 is a Java program, and Java 8 is what it was built for. See whether the host has one.',
        'zh-CN': 'Kafka 2.3.0 是 Java 程序，面向的正是 Java 8。先看看主机上有没有。',
      },
      command: { id: 'java', lines: 'java -version', shows: { type: 'ran', line: '^java -version', printed: 'version "1\\.8' } },
    },
    {
      type: 'text',
      text: {
        en: 'Kafka 2.3 keeps its cluster’s facts in ZooKeeper: which brokers live, which topics there are, who leads what. So ZooKeeper comes first, three servers of it, each in a container.',
        'zh-CN': 'Kafka 2.3 把集群的事实存放在 ZooKeeper 里：哪些 broker 活着、有哪些主题、谁领导哪个分区。所以先搭 ZooKeeper，三台，各在一个容器里。',
      },
    },
    {
      type: 'command',
      text: { en: 'Docker is installed, but its daemon does not run.', 'zh-CN': 'Docker 装好了，但守护进程还没有启动。' },
      command: { id: 'docker-start', lines: 'sudo systemctl start docker', shows: { type: 'docker' } },
    },
    {
      type: 'command',
      text: {
        en: 'Containers on a network **that you made** find each other by name. Docker prints the new network’s id.',
        'zh-CN': '在**自己创建的**网络里，容器可以用名字互相找到。Docker 会打印新网络的 id。',
      },
      command: { id: 'network', lines: 'sudo docker network create zookeeper-net', shows: { type: 'dockerNetwork', name: 'zookeeper-net' } },
    },
    {
      type: 'command',
      text: {
        en: 'The official image, layer by layer. Name the version: without one Docker takes `latest`, which is another one every year.',
        'zh-CN': '拉取官方镜像，一层一层来。版本要写明：不写就是 `latest`，每年都不一样。',
      },
      command: { id: 'pull', lines: 'sudo docker pull zookeeper:3.7.0', shows: { type: 'image', reference: 'zookeeper:3.7.0' }, withinMs: 60_000 },
    },
  ],
};
