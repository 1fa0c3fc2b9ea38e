from conftest import HOST, KEY_ID, code_of, connect

from aliyun.log import LogClient


def test_a_project_is_made_found_changed_and_deleted(client):
    client.create_project("pysdk-one", "first")
    found = client.get_project("pysdk-one")
    assert (found.get_projectname(), found.get_description(), found.get_status()) == ("pysdk-one", "first", "Normal")
    assert (found.get_region(), bool(found.get_owner())) == ("cn-hangzhou", True)
    client.update_project("pysdk-one", "second")
    assert client.get_project("pysdk-one").get_description() == "second"
    assert "pysdk-one" in [one["projectName"] for one in client.list_project(size=-1).get_projects()]
    client.change_resource_group("pysdk-one", "rg-other")
    client.delete_project("pysdk-one")
    assert code_of(client.get_project, "pysdk-one") == "ProjectNotExist"


def test_names_are_unique_and_lower_case(client, project):
    assert code_of(client.create_project, project, "") == "ProjectAlreadyExist"
    assert code_of(client.create_project, "Upper-Case", "") == "ParameterInvalid"


def test_tags_of_a_project(client, project):
    client.tag_project(project, **{"team": "todo", "stage": "dev"})
    tags = lambda: [page.get_tags() for page in client.get_project_tags(project)]
    assert tags() == [{"team": "todo", "stage": "dev"}]
    client.untag_project(project, "stage")
    assert tags() == [{"team": "todo"}]


def test_tags_of_a_resource(client, project, logstore):
    name = "%s#%s" % (project, logstore)
    client.tag_resources("logstore", name, owner="me", cost="1")
    pages = lambda **tags: client.list_tag_resources("logstore", name, **tags)
    listed = lambda **tags: {tag.get_tag_key(): tag.get_tag_value() for page in pages(**tags) for tag in page.get_tags()}
    assert listed() == listed(owner="me") == {"owner": "me", "cost": "1"}
    assert listed(owner="you") == {}
    client.untag_resources("logstore", name, "owner", "cost")
    assert listed() == {}


def test_who_may_not_ask():
    assert code_of(connect(secret="wrong").get_project, "pysdk-one") == "SignatureNotMatch"
    assert code_of(connect("http proxy, v4", secret="wrong").get_project, "pysdk-one") == "SignatureNotMatch"
    assert code_of(LogClient(HOST, KEY_ID + "x", "wrong").get_project, "pysdk-one") == "Unauthorized"
