/* Words of the desk about complaints and what customers told the bot, in both languages. */

export const careTexts = {
  zh: {
    overdue: '投诉逾期 {numbers}',
    new_overdue: '投诉 {number} 已过答复期限，请尽快处理',
    collected: '客户已说明的情况',
    order_number: '订单号',
    progress: '进度',
    refusal: '已告知客户',
  },
  en: {
    overdue: 'Complaint overdue: {numbers}',
    new_overdue: 'Complaint {number} is past its deadline. Please deal with it',
    collected: 'What the customer has told us',
    order_number: 'Order',
    progress: 'How far it came',
    refusal: 'The customer was told',
  },
};
