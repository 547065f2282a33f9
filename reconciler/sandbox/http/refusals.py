"""The refusals of the pretend service: the error table of endpoints.md, section 10.

The page prints no HTTP status for some codes ("-"); those get the status of their family: 2xxxx 400,
3xxxx 404, long codes 400.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Entry(NamedTuple):
    """A row of the table: number, HTTP status and the fixed English phrase (`err_msg`)."""

    code: int
    status: int
    phrase: str


TABLE: Final = {
    "unbound": Entry(9999, 400, "Invalid Param"),
    "no_permission": Entry(10001, 403, "Operation Not Permitted"),
    "illegal_move": Entry(10002, 403, "Illegal Operation"),
    "no_token": Entry(10021, 401, "Token Not Exist"),
    "bad_token": Entry(10022, 401, "Check Token Failed"),
    "user_not_exist": Entry(10023, 400, "User Not Exist"),
    "bad_code": Entry(10210, 403, "code invalid"),
    "token_info": Entry(10211, 403, "Token Info Is Invalid"),
    "token_permission": Entry(10301, 401, "Check Token Perm Failed"),
    "resigned": Entry(10302, 401, "Check User Error, User Is Resigned"),
    "no_project": Entry(10404, 403, "No Project Permission"),
    "throttled": Entry(10429, 429, "API Request Frequency Limit"),
    "repeated": Entry(10430, 429, "API Request Idempotent Limit"),
    "too_many_projects": Entry(20001, 400, "Param Request Limit"),
    "wrong_type_param": Entry(20003, 400, "Wrong WorkItemType Param"),
    "page_size": Entry(20002, 400, "Page Size Limit"),
    "too_many_users": Entry(20004, 400, "Search User Limit"),
    "missing": Entry(20005, 400, "Missing Param"),
    "invalid": Entry(20006, 400, "Invalid Param"),
    "terminated": Entry(20007, 400, "workItem has already in terminal status"),
    "already_aborted": Entry(20007, 400, "WorkItem Is Already Aborted"),
    "already_restored": Entry(20008, 400, "WorkItem Is Already Restored"),
    "no_reason": Entry(20009, 400, "Abort Or Restore WorkItem No Reason"),
    "bad_time": Entry(20013, 400, "Invalid Time Interval"),
    "wrong_project": Entry(20014, 400, "Project And WorkItem Not Match"),
    "mixed_fields": Entry(20015, 400, "Field Mix With '-' And Without '-'"),
    "node_not_arrived": Entry(20016, 400, "Node Is Not Arrived, Could Not Be operated"),
    "node_completed": Entry(20017, 400, "Node Is Completed, Could Not Be Completed"),
    "no_such_node": Entry(20018, 400, "Node ID Not Exist In Workflow"),
    "no_field_key": Entry(20025, 400, "Field_key/Field_alias Missing"),
    "is_state_flow": Entry(20026, 400, "FlowType Is Error, Please Convert To Status FlowType"),
    "is_node_flow": Entry(20027, 400, "FlowType Is Error, Please Convert To Node FlowType"),
    "too_many_ids": Entry(20028, 400, "Workitem Ids Limit 50"),
    "unsupported_type": Entry(20029, 400, "Unsupported Field Type"),
    "not_updatable": Entry(20033, 400, "Update Field Invalid"),
    "node_not_completed": Entry(20037, 400, "Node Is not completed, Could Not Be Rollback"),
    "required": Entry(20038, 400, "Required Field Is Not Set"),
    "no_user_key": Entry(
        20039, 400, "Plugin Token Must Have User Key, But X-USER-KEY Is Not Set In Request Header"
    ),
    "type_disabled": Entry(20044, 400, "WorkItem Has Been Disabled"),
    "other_comment": Entry(20045, 400, "Comment And WorkItem Not Match"),
    "wrong_option": Entry(20050, 400, "Failed to check field"),
    "wrong_story": Entry(20051, 400, "FieldLinkedStory Value Is Wrong"),
    "wrong_operator": Entry(20052, 400, "IssueOperator Value Is Wrong"),
    "wrong_reporter": Entry(20053, 400, "IssueReporter Value Is Wrong"),
    "too_many_relations": Entry(
        20055, 400, "Search Result Bigger Than 2000, Please Check Your Search Params"
    ),
    "only_node_flow": Entry(20056, 400, "Only WorkFlow Mode Can Be Aborted Or Restored"),
    "too_many_spaces": Entry(20057, 400, "Search ProjectKeys And SimpleNames Limit 10"),
    "role_and_field": Entry(20058, 400, "SearchUser.Role And FieldKey Can't appear together"),
    "role_alone": Entry(20059, 400, "SearchUser.Role And FieldKey Can't Appear Alone"),
    "not_a_relation": Entry(20061, 400, "RelationKey Type Is Not Relation"),
    "relation_type": Entry(20062, 400, "RelationType Error"),
    "search_operator": Entry(20063, 400, "Search Operator Error"),
    "search_options": Entry(20064, 400, "Search Option Size Too Large"),
    "search_signal": Entry(20066, 400, "Search Signal Value Only Support One"),
    "search_signal_value": Entry(20067, 400, "Search Signal Value Error"),
    "search_flow": Entry(20065, 400, "Search Param Key Not Support StateFlow"),
    "relation_absent": Entry(20060, 400, "Relation Type Is Not In Configuration"),
    "search_param": Entry(20068, 400, "Search Param Is Not Support"),
    "search_value": Entry(20069, 400, "Search Param Value Error"),
    "search_people": Entry(20071, 400, "Search People Not Support Issue"),
    "conjunction": Entry(20072, 400, "Conjunction Value Only Support 「AND」、「OR」"),
    "query_length": Entry(20080, 400, "Query length must be between 1 and 200"),
    "query_type": Entry(20081, 400, "Query type is not supported"),
    "duplicate": Entry(20083, 400, "Duplication Field Exist"),
    "intercepted": Entry(20090, 400, "Your request has been blocked"),
    "calculated": Entry(20090, 400, "Your request has been Intercept"),
    "too_many_hits": Entry(20094, 400, "Search Result Bigger Than 5000, Please Check Your Search Params"),
    "no_data": Entry(30001, 404, "Data Not Found"),
    "no_item": Entry(30005, 404, "WorkItem Not Found"),
    "no_user": Entry(30006, 404, "User Not Found"),
    "no_business": Entry(30008, 404, "Business Not Found"),
    "no_field": Entry(30009, 404, "Field Not Found"),
    "no_state": Entry(30012, 404, "State Not Found In Stateflow"),
    "no_type": Entry(30014, 404, "WorkItem Type Not Found"),
    "no_comment": Entry(30015, 404, "Record Not Found"),
    "no_relation": Entry(30018, 404, "RelationKey not found"),
    "db": Entry(50006, 500, "fail to read/write db"),
    "quota": Entry(1000051942, 400, "commercial usage exceeded"),
    "no_roles": Entry(20041, 400, "Field RoleOwner Must Be Set In FieldValuePairs"),
    "busy": Entry(50006, 500, "openapi system err, please try again later"),
    "moving": Entry(50006, 500, "The current workflow is in transition"),
    "user_50006": Entry(50006, 500, "user not found"),
    "no_right": Entry(50006, 500, "No right to edit"),
    "too_long": Entry(50006, 500, "WorkItemValue Limit Exceeded"),
    "bad_roles": Entry(50006, 500, "Failed to process role owners"),
    "no_template": Entry(50006, 500, "Template not found"),
    "template_disabled": Entry(50006, 500, "Current Template is Disable"),
    "over_limit": Entry(50006, 500, "ErrOAPIBatchUpdateOverLimit"),
    "comment_item": Entry(1000051135, 400, "WorkItem Not Found"),
    "comment_denied": Entry(1000051256, 400, "No Permission"),
    "comment_params": Entry(1000051280, 400, "Params Invalid"),
    "comment_forbidden": Entry(50001, 500, "No Permission"),
    "comment_gone": Entry(1000050052, 400, "Db Record Not Found"),
    "group_type": Entry(1000053008, 400, "User Group Type Not Supported"),
    "no_group": Entry(1000053010, 400, "User Group Not Found"),
    "too_many_groups": Entry(1000053011, 400, "User Group Limit 50"),
    "compound_project": Entry(1000050156, 400, "Invalid Param"),
    "compound_item": Entry(1000050244, 400, "WorkItem Not Found"),
    "compound_field": Entry(1000050248, 400, "Field Not Found"),
    "no_user_info": Entry(1000051743, 400, "Can not find user info"),
    "no_simple_name": Entry(1000052062, 400, "Project Key Is Wrong"),
    "no_such_project": Entry(1000052063, 400, "Project Not Exist"),
}


class Refusal(Exception):
    """A call answered with an err_code; `detail` is `err.msg`, the text that names the culprit."""

    def __init__(self, name: str, detail: str = "", *, phrase: str | None = None) -> None:
        entry = TABLE[name]
        super().__init__(f"{entry.code} {phrase or entry.phrase}: {detail}")
        self.code = entry.code
        self.status = entry.status
        self.phrase = phrase or entry.phrase
        self.detail = detail or self.phrase
