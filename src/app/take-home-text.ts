import { defineText } from '../views/text/define.ts';

export const takeHomeText = defineText({
  en: {
    title: 'Take it home',
    lead: 'The deployment as it stands at the playhead, for real machines: the ensemble for Docker Compose, a `server.properties` for every broker, and the commands.',
    nothing: 'Nothing stands here yet: no container, no broker, no command.',
    copy: 'Copy',
    copied: 'Copied',
    byHand: 'The browser does not allow copying: select the text.',
    download: 'Download',
    all: 'All of it (.zip)',
    close: 'Close',
    files: 'Files',
    words: {
      bringUp: 'the ensemble',
      kafka: 'the brokers: Kafka 2.3.0 unpacked in /usr/local/kafka, Java 8 installed',
      topics: 'the topics, with their replicas where they are now',
      typed: 'what was typed in the lab, in its order',
    },
  },
  'zh-CN': {
    title: '带走这套部署',
    lead: '播放头处的部署原样导出，可在真实机器上运行：Docker Compose 的 ensemble、每个 broker 的 `server.properties`，以及命令。',
    nothing: '这里还什么都没有：没有容器，没有 broker，也没有命令。',
    copy: '复制',
    copied: '已复制',
    byHand: '浏览器不允许复制：请手动选中文本。',
    download: '下载',
    all: '全部下载（.zip）',
    close: '关闭',
    files: '文件',
    words: {
      bringUp: '启动 ZooKeeper 集群',
      kafka: '启动 broker：Kafka 2.3.0 解压在 /usr/local/kafka，已安装 Java 8',
      topics: '创建主题，副本放在现在的位置',
      typed: '在实验室里依次输入过的命令',
    },
  },
});
