export const tableName = 'endpoint';

/** What a project's messages are posted to: a machine of the company's, or the robot of a group chat. */
export interface EndpointTable {
  id: string;
  project: string;
  /** A robot's group: messages for people of other departments don't go there. Null: all of them. */
  department: string | null;
  kind: 'webhook' | 'wecom' | 'dingtalk' | 'feishu';
  label: string;
  /** In the vault under subject `endpoint`: a robot's address is its password. */
  url_ref: string;
  /** The address without what is secret in it. */
  host: string;
  secret_ref: string | null;
  active: boolean;
  created_at: Date;
}

export type PartialDB = { [tableName]: EndpointTable };
