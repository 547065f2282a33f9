import httpx

from reconciler.sandbox import create_app, demo_world


def test_a_put_is_stored_labelled_and_logged() -> None:
    world = demo_world()
    with httpx.Client(
        transport=httpx.WSGITransport(create_app(world)), base_url="http://127.0.0.1"
    ) as client:
        known = world.credentials
        told = client.post(
            "/open_api/authen/plugin_token",
            json={"plugin_id": known.plugin_id, "plugin_secret": known.plugin_secret},
        ).json()
        headers = {"X-PLUGIN-TOKEN": told["data"]["token"], "X-USER-KEY": known.user_key}
        base = "/open_api/demo/work_item/story"
        pair = {"field_key": "priority", "field_value": {"value": "option_3"}}
        put = client.put(f"{base}/6300012300", json={"update_fields": [pair]}, headers=headers)
        assert put.json() == {"err_code": 0, "err_msg": "", "err": {}, "data": {}}
        read = client.post(f"{base}/query", json={"work_item_ids": [6300012300]}, headers=headers).json()
        fields = {each["field_key"]: each["field_value"] for each in read["data"][0]["fields"]}
        assert fields["priority"] == {"label": "P3", "value": "option_3"}
        for path in ("/open_api/demo/work_item/story/meta", "/open_api/demo/flow_roles/story"):
            assert client.get(path, headers=headers).json()["data"]
        assert client.post("/open_api/demo/field/all", json={}, headers=headers).json()["data"]
    assert [each.status for each in world.writes] == [200]
