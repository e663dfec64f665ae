/* Every word the widget itself says, in both languages; the server's words arrive with the messages. */

const texts = {
  zh: {
    title: '在线客服',
    subtitle: '智能机器人 · 可转人工',
    subtitle_agent: '人工客服',
    human: '转人工',
    human_text: '转人工',
    human_waiting: '排队中',
    human_joined: '人工服务中',
    switch_language: 'EN',
    switch_language_label: 'Switch to English',
    close: '关闭聊天窗口',
    log: '聊天记录',
    input: '输入消息',
    placeholder: '请输入您的问题…',
    send: '发送',
    attach: '发送照片或文件',
    photo: '照片：{name}',
    sending_part: '发送中… {percent}%',
    file_too_large: '文件超过 {limit} MB，请压缩后再发，或改发截图',
    lost_file: '文件没有保存下来，请重新选择',
    newer: '有新消息 ↓',
    menu: '更多',
    menu_close: '返回对话',
    download: '下载对话记录',
    email: '把对话记录发到邮箱',
    mail: '发送邮件',
    mailed: '邮件已发出，请查收；没有收到时，请看看垃圾邮件。',
    no_line: '网络不通，请稍后再试。',
    intro: '您好！我是客服机器人，不是真人。我可以查订单和物流、说明退换货政策、解答常见问题；想找真人时，随时点右上角的“转人工”。',
    starters: ['我的订单到哪了', '怎么退货', '转人工'],
    quick_replies: '快捷回复',
    owner_bot: '机器人正在为您服务',
    owner_waiting: '正在为您转接人工客服',
    owner_waiting_place: '正在为您转接人工客服 · 您排在第 {place} 位',
    owner_agent: '人工客服 {agent} 正在为您服务',
    owner_closed: '本次会话已结束，发送消息即可重新开始',
    typing_bot: '机器人正在输入',
    typing_agent: '客服正在输入',
    who_customer: '您',
    who_bot: '机器人',
    who_agent: '人工客服',
    who_system: '系统',
    waiting: '等待发送…',
    sending: '发送中…',
    sent: '已发送',
    failed: '未发送，将自动重试',
    rejected: '未发送：{problem}',
    retry: '立即重试',
    edit: '重新编辑',
    remove: '删除',
    offline: '网络连接已断开，正在重新连接。您写的消息会保留，恢复后自动发送。',
    renewed: '之前的会话已失效，已为您开始新的会话。',
    unconfirmed: '登录状态已失效，您仍可以继续咨询；查询订单时请提供订单号和手机尾号。',
    count: '{count} / {limit}',
    too_long: '消息最多 {limit} 个字，您写了 {count} 个字，请删减或分几条发送。',
    empty_message: '消息是空的，请先输入内容。',
    unknown_payload: '这个选项已失效，请直接输入您的问题。',
    refused: '消息没有送达，请稍后再试。',
    read_more: '查看全文',
    article: '帮助文章',
    order: '订单',
    total: '合计',
    courier: '快递',
    tracking: '运单号',
    placed_on: '下单时间',
    promised_on: '承诺送达',
    progress: '物流进度',
    earlier: '查看全部（还有 {count} 条）',
    refund: '退款',
    refund_to: '退回至',
    expected: '预计到账',
  },
  en: {
    title: 'Support',
    subtitle: 'Automated bot',
    subtitle_agent: 'A person',
    human: 'Talk to a person',
    human_text: 'Talk to a person',
    human_waiting: 'In the queue',
    human_joined: 'With a person',
    switch_language: '中文',
    switch_language_label: '切换到中文',
    close: 'Close the chat',
    log: 'Conversation',
    input: 'Your message',
    placeholder: 'Type your question…',
    send: 'Send',
    attach: 'Send a photo or file',
    photo: 'Photo: {name}',
    sending_part: 'Sending… {percent}%',
    file_too_large: 'larger than {limit} MB; please send a smaller file or a screenshot',
    lost_file: 'the file was not kept; please choose it again',
    newer: 'New messages ↓',
    menu: 'More',
    menu_close: 'Back to the chat',
    download: 'Download this conversation',
    email: 'Send this conversation by e-mail',
    mail: 'Send e-mail',
    mailed: 'Sent. If it does not arrive, please look among the junk mail.',
    no_line: 'There is no connection; please try again later.',
    intro: 'Hello! I am a bot, not a person. I can track orders and parcels, explain returns and answer common questions. Whenever you would rather have a person, press “Talk to a person” above.',
    starters: ['Where is my order?', 'How do I return an item?', 'Talk to a person'],
    quick_replies: 'Quick replies',
    owner_bot: 'You are talking to a bot',
    owner_waiting: 'Connecting you to a person',
    owner_waiting_place: 'Connecting you to a person · you are number {place} in line',
    owner_agent: '{agent} is helping you',
    owner_closed: 'This conversation has ended; write to start again',
    typing_bot: 'The bot is typing',
    typing_agent: 'The agent is typing',
    who_customer: 'You',
    who_bot: 'Bot',
    who_agent: 'Agent',
    who_system: 'Notice',
    waiting: 'Waiting to send…',
    sending: 'Sending…',
    sent: 'Sent',
    failed: 'Not sent yet; trying again',
    rejected: 'Not sent: {problem}',
    retry: 'Retry now',
    edit: 'Edit',
    remove: 'Remove',
    offline: 'The connection is lost; reconnecting. What you write is kept and sent when it is back.',
    renewed: 'The earlier conversation has expired; this is a new one.',
    unconfirmed: 'Your sign-in could not be confirmed. You can go on; to look up an order, have its number and the last four digits of your phone ready.',
    count: '{count} / {limit}',
    too_long: 'A message can have {limit} characters; yours has {count}. Please shorten it or send it in parts.',
    empty_message: 'The message is empty; please write something first.',
    unknown_payload: 'This choice is no longer available; please type your question.',
    refused: 'The message did not arrive; please try again later.',
    read_more: 'Read the article',
    article: 'Help article',
    order: 'Order',
    total: 'Total',
    courier: 'Courier',
    tracking: 'Tracking no.',
    placed_on: 'Ordered on',
    promised_on: 'Promised by',
    progress: 'Courier progress',
    earlier: 'Show all ({count} more)',
    refund: 'Refund',
    refund_to: 'Paid to',
    expected: 'Expected by',
  },
};

export const LOCALES = { zh: 'zh-CN', en: 'en-GB' };

/** `zh` or `en` from any language tag. */
export function languageOf(tag) {
  return /^zh/i.test(tag || '') ? 'zh' : 'en';
}

/** Fills the `{names}` of a text. */
export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => (values && name in values ? String(values[name]) : whole));
}

/** One text of the widget; `values` fill its `{names}`. */
export function say(language, key, values) {
  const text = texts[language][key];
  return typeof text === 'string' ? fill(text, values) : text;
}

export function knows(language, key) {
  return key in texts[language];
}

/** Writes the texts into elements that carry `data-text`, `data-label` or `data-placeholder`. */
export function translatePage(language, lookUp = say) {
  document.documentElement.lang = LOCALES[language];
  document.querySelectorAll('[data-text]').forEach((node) => { node.textContent = lookUp(language, node.dataset.text); });
  document.querySelectorAll('[data-label]').forEach((node) => { node.setAttribute('aria-label', lookUp(language, node.dataset.label)); });
  document.querySelectorAll('[data-placeholder]').forEach((node) => { node.placeholder = lookUp(language, node.dataset.placeholder); });
}

/** A word that comes in both languages, `{zh, en}`, or plain. */
export function pick(value, language) {
  if (value === null || value === undefined) return '';
  if (typeof value !== 'object') return String(value);
  return value[language] || value[language === 'zh' ? 'en' : 'zh'] || '';
}

/** A moment: the clock alone today, with the day before that. */
export function moment(iso, language) {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return '';
  const clock = date.toLocaleTimeString(LOCALES[language], { hour: '2-digit', minute: '2-digit', hour12: false });
  if (date.toDateString() === new Date().toDateString()) return clock;
  return `${date.toLocaleDateString(LOCALES[language], { month: 'short', day: 'numeric' })} ${clock}`;
}
